"""The eight parts of a datasheet: why a snapshot exists, what is in it, where from, how made, what for, and for how long."""

from docsgen.content import (
    Cell,
    Fact,
    FactList,
    Gap,
    Item,
    Paragraph,
    Quotation,
    Row,
    Section,
    Sentence,
    Severity,
    Table,
)
from docsgen.facts import Snapshot
from docsgen.sections.data import method_items, schema_table, source_items
from docsgen.sections.labels import agreement_table, audit_table
from docsgen.sections.words import DASH, answer, block_ref, count, day, gap, quote, size, undocumented

CONTROLS = ("Check: data documented", "EU AI Act Annex IV 2(d)")
BIAS = ("Check: data documented", "EU AI Act Art. 10(2)")
COLUMNS_SHOWN = 120
FAILURES_SHOWN = 20


def motivation(snapshot: Snapshot) -> Section:
    """For what purpose the data exist."""
    dataset = snapshot["dataset"]
    items: list[Item] = []
    if dataset["description"]:
        items.append(_said("What one row stands for", dataset["description"], dataset["ref"]))
    else:
        text = f"Nobody has said what one row of {_name(snapshot)} stands for."
        items.append(_missing(snapshot, text, "The snapshot's description", severity=Severity.MEDIUM))
    project = snapshot["project"]
    if project["purpose"]:
        items.append(_said("The project it was made for", project["purpose"], project["ref"]))
    if statement := snapshot["plan"]["statement"]:
        items.append(Paragraph((Sentence(statement, block_ref(snapshot, 1)),)))
    items += [*quote(snapshot, 1, "intended_purpose"), *quote(snapshot, 1, "problem_statement")]
    if not answer(snapshot, 1, "intended_purpose"):
        items.append(
            gap(
                snapshot, "The purpose that the data serve is not recorded.", what="The intended purpose",
                page="canvas/1/", where="Canvas, block 1", blocks=("Check: plan complete",), severity=Severity.MEDIUM,
            )
        )  # fmt: skip
    return _section("motivation", "Motivation", "For what purpose the data were gathered, and for whom.", items)


def composition(snapshot: Snapshot) -> Section:
    """What the rows and columns are."""
    dataset, schema = snapshot["dataset"], snapshot["dataset"]["schema"]
    items: list[Item] = [FactList(_composition_facts(snapshot))]
    if schema is None:
        text = f"Schema not bound for {_name(snapshot)}. {undocumented(dataset['columns'])}"
        items.append(_missing(snapshot, text, f"A schema of {_name(snapshot)}"))
    else:
        items.append(schema_table(schema))
        if schema["inferred"]:
            text = f"The schema {schema['name']} was read off a file and nobody has reviewed it."
            what = f"A reviewed version of {schema['name']}"
            items.append(_missing(snapshot, text, what, severity=Severity.MEDIUM))
        items += _checked(snapshot)
    items += _profiled(snapshot)
    return _section("composition", "Composition", "What the rows and columns hold, as described and as found.", items)


def _composition_facts(snapshot: Snapshot) -> tuple[Fact, ...]:
    dataset = snapshot["dataset"]
    refs = (dataset["ref"],)
    said = (dataset["file_name"], dataset["format"], size(dataset["size"]) if dataset["size"] else "")
    facts = [
        Fact("Rows", count(dataset["rows"]) if dataset["rows"] else "not counted: the rows lie elsewhere", refs),
        Fact("Columns", count(dataset["columns"]) if dataset["columns"] else "not counted", refs),
        Fact("Split role", dataset["split_role"], refs),
        Fact("Label column", dataset["label_column"] or "none", refs, is_mono=bool(dataset["label_column"])),
        Fact("File", ", ".join(filter(None, said)), refs),
    ]
    if dataset["sha256"]:
        facts.append(Fact("SHA-256", dataset["sha256"], refs, is_mono=True))
    elif dataset["declared_digest"]:
        facts.append(Fact("Declared digest", dataset["declared_digest"], refs, is_mono=True))
    sensitive = [field["key"] for field in (dataset["schema"] or {"fields": []})["fields"] if field["is_sensitive"]]
    if sensitive:
        facts.append(Fact("Sensitive columns", ", ".join(sensitive), (dataset["schema"]["ref"],), is_mono=True))
    return tuple(facts)


def _checked(snapshot: Snapshot) -> list[Item]:
    """What came of holding the rows against the schema."""
    check = snapshot["schema_check"]
    if check is None:
        text = f"The rows of {_name(snapshot)} were never held against the schema."
        return [_missing(snapshot, text, "A schema check", severity=Severity.MEDIUM)]
    refs = (check["ref"],)
    if check["passed"]:
        text = f"All {count(check['rows'])} rows obey the schema, checked on {day(check['at'])}."
        return [Paragraph((Sentence(text, refs),))]
    broken = check["failures"]
    rows = tuple(
        Row(
            (
                Cell(failure["column"] or DASH, is_mono=True),
                Cell(failure["sentence"]),
                Cell(count(failure["count"]), is_number=True),
                Cell(_example(failure)),
            ),
            refs,
        )
        for failure in broken[:FAILURES_SHOWN]
    )
    left = len(broken) - len(rows)
    note = f"{left} more broken rules are in the attached JSON." if left > 0 else ""
    columns = ("Column", "The schema asks", "Rows", "For example")
    found = Table("Rows that break the schema", columns, rows, numbers=frozenset({2}), note=note)
    text = f"Rows of {_name(snapshot)} break the schema: {len(broken)} rule{'s' if len(broken) != 1 else ''}."
    return [found, _missing(snapshot, text, "Rows that obey the schema, or a schema that fits them")]


def _example(failure: Snapshot) -> str:
    example = next(iter(failure["examples"]), None)
    return f"row {count(example['row'])}: {example['value'] or 'empty'}" if example else DASH


def _profiled(snapshot: Snapshot) -> list[Item]:
    """What a worker found in the rows."""
    profile = snapshot["profile"]
    if profile is None:
        why = "was never profiled" if snapshot["dataset"]["sha256"] else "was never read here, only declared"
        text = f"{_name(snapshot)} {why}. Missing values and distributions are unknown."
        return [_missing(snapshot, text, "A profile of the rows", severity=Severity.MEDIUM)]
    refs = (profile["ref"],)
    items: list[Item] = [_columns_found(profile, refs)]
    label = next((c for c in profile["columns"] if c["name"] == snapshot["dataset"]["label_column"]), None)
    if label and label["top"]:
        items.append(_label_table(label, profile["rows"], refs))
    if profile["warnings"]:
        items.append(Quotation("What looks odd in the rows", tuple(profile["warnings"]), refs))
    return items


def _columns_found(profile: Snapshot, refs: tuple[str, ...]) -> Table:
    shown = profile["columns"][:COLUMNS_SHOWN]
    rows = tuple(
        Row(
            (
                Cell(column["name"], is_mono=True),
                Cell(count(column["missing"]), is_number=True),
                Cell(_share(column["missing"], profile["rows"]), is_number=True),
                Cell(count(column["distinct"]), is_number=True),
                Cell(_found(column["least"]), is_number=True),
                Cell(_found(column["median"]), is_number=True),
                Cell(_found(column["most"]), is_number=True),
            ),
            refs,
        )
        for column in shown
    )
    left = profile["column_count"] - len(shown)
    note = f"{left} more columns are in the attached JSON." if left > 0 else ""
    columns = ("Column", "Empty", "Share", "Distinct", "Least", "Median", "Most")
    caption = f"Columns as found in {count(profile['rows'])} rows"
    return Table(caption, columns, rows, numbers=frozenset({1, 2, 3, 4, 5, 6}), note=note)


def _label_table(label: Snapshot, total: int, refs: tuple[str, ...]) -> Table:
    rows = tuple(
        Row((Cell(value), Cell(count(number), is_number=True), Cell(_share(number, total), is_number=True)), refs)
        for value, number in label["top"]
    )
    return Table(f"Values of the label {label['name']}", ("Value", "Rows", "Share"), rows, numbers=frozenset({1, 2}))


def collection(snapshot: Snapshot) -> Section:
    """Where the rows come from."""
    dataset = snapshot["dataset"]
    items: list[Item] = []
    for source in dataset["sources"]:
        items += source_items(source)
    if not dataset["sources"]:
        text = f"Source of dataset {_name(snapshot)} not recorded. Origin cannot be shown."
        items.append(_missing(snapshot, text, f"A source of {_name(snapshot)}"))
    if snapshot["quality_checks"]:
        items.append(_quality_table(snapshot["quality_checks"]))
    else:
        text = f"Quality checks never ran on {_name(snapshot)}."
        items.append(_missing(snapshot, text, "A quality check of a source", blocks=BIAS, severity=Severity.MEDIUM))
    facts = (
        Fact("Recorded here as", dataset["origin"].lower(), (dataset["ref"],)),
        Fact("Recorded by", f"{dataset['uploaded_by']}, {day(dataset['created_at'])}", (dataset["ref"],)),
    )
    items.append(FactList(facts))
    return _section(
        "collection", "Collection process", "Where the rows come from, who owns them, how good they are.", items
    )


def _quality_table(checks: list[Snapshot]) -> Table:
    rows = tuple(
        Row(
            (
                Cell(check["source"]),
                Cell(f"{check['name']} ({check['dimension'].lower()})"),
                Cell(f"{_found(check['measured'])} {check['unit']}".strip(), is_number=True),
                Cell(_found(check["limit"]), is_number=True),
                Cell(
                    "Good enough" if check["passed"] else "Not good enough", tone="good" if check["passed"] else "bad"
                ),
                Cell(day(check["checked_on"])),
            ),
            (check["ref"],),
        )
        for check in checks
    )
    columns = ("Source", "Check", "Measured", "Held to", "Result", "Date")
    return Table("Quality of the sources over time", columns, rows, numbers=frozenset({2, 3}))


def preparation(snapshot: Snapshot) -> Section:
    """What was done to the rows."""
    dataset = snapshot["dataset"]
    items: list[Item] = []
    if dataset["preparation"]:
        items.append(_said("How rows were selected, cleaned and split", dataset["preparation"], dataset["ref"]))
    else:
        text = "How the rows were selected, cleaned and split is not recorded."
        items.append(_missing(snapshot, text, "The snapshot's preparation", severity=Severity.MEDIUM))
    if snapshot["features"]:
        items.append(_feature_table(snapshot["features"]))
    if snapshot["overlaps"]:
        items.append(_overlap_table(snapshot["overlaps"]))
    else:
        text = (
            "Split method not recorded; overlap not checked." if not dataset["preparation"] else "Overlap not checked."
        )
        items.append(_missing(snapshot, text, "Rows compared with the other splits", severity=Severity.LOW))
    return _section(
        "preparation", "Preprocessing and cleaning", "What was done to the rows before a model saw them.", items
    )


def _feature_table(features: list[Snapshot]) -> Table:
    rows = tuple(
        Row(
            (
                Cell(f"{feature['name']} v{feature['number']}", is_mono=True),
                Cell(", ".join(feature["source_fields"]) or DASH),
                Cell(feature["transformation"]),
                Cell(feature["availability"]),
                Cell(feature["leakage"]),
            ),
            (feature["ref"],),
        )
        for feature in features
    )
    return Table("Features made from its sources", ("Feature", "From", "How", "Availability", "Leakage"), rows)


def _overlap_table(overlaps: list[Snapshot]) -> Table:
    rows = tuple(
        Row(
            (
                Cell(overlap["other"]),
                Cell(overlap["split_role"]),
                Cell(count(overlap["shared"]), is_number=True),
                Cell(overlap["compared"]),
            ),
            (overlap["ref"],),
        )
        for overlap in overlaps
    )
    columns = ("Other snapshot", "Its split role", "Rows in both", "Compared")
    return Table("Overlap with other snapshots", columns, rows, numbers=frozenset({2}))


def labeling(snapshot: Snapshot) -> Section:
    """How the label's values were decided."""
    dataset, method = snapshot["dataset"], snapshot["dataset"]["labeling"]
    items: list[Item] = []
    if method is not None:
        items += method_items(method)
        items += [agreement_table(agreement) for agreement in snapshot["agreements"]]
        if snapshot["audits"]:
            items.append(audit_table(snapshot["audits"]))
        if not snapshot["agreements"] and not snapshot["audits"] and not method["agreement"]:
            text = "How far labelers agree was never measured, and no sample of labels was audited."
            items.append(_missing(snapshot, text, "Label agreement or a label audit", severity=Severity.MEDIUM))
    elif dataset["label_column"]:
        text = f"Labeling method of {_name(snapshot)} not recorded. Label quality unknown."
        items.append(_missing(snapshot, text, f"A labeling method of {_name(snapshot)}"))
    else:
        items.append(Paragraph((Sentence("No column is named as a label.", (dataset["ref"],)),)))
    return _section(
        "labeling", "Labeling", "Who decided on each label, by which rule, and how well they agreed.", items
    )


def uses(snapshot: Snapshot) -> Section:
    """What the rows were used for, and must not be used for."""
    used = snapshot["uses"]
    rows = tuple(Row((Cell(link["version"]), Cell(link["use"])), (link["ref"],)) for link in used["versions"]) + tuple(
        Row((Cell(told["version"]), Cell(f"Measured on it, evaluation {told['number']}")), (told["ref"],))
        for told in used["evaluations"]
    )
    items: list[Item] = []
    if rows:
        items.append(Table("Model versions and what they used it for", ("Version", "Use"), rows))
    else:
        text = "No model version learned from it or was measured on it."
        items.append(Paragraph((Sentence(text, (snapshot["dataset"]["ref"],)),)))
    for key in ("out_of_scope_uses", "foreseeable_misuse"):
        items += quote(snapshot, 1, key)
    if not answer(snapshot, 1, "out_of_scope_uses"):
        items.append(
            gap(
                snapshot, "No out-of-scope uses recorded. Readers cannot tell what not to use the data for.",
                what="Out-of-scope uses", page="canvas/1/#f-out_of_scope_uses", where="Canvas, block 1",
                blocks=("Check: plan complete", "EU AI Act Annex IV 3"), severity=Severity.MEDIUM,
            )
        )  # fmt: skip
    return _section("uses", "Uses", "What the data were used for, and what they must not be used for.", items)


def distribution(snapshot: Snapshot) -> Section:
    """On what terms the rows may be passed on."""
    dataset = snapshot["dataset"]
    items: list[Item] = []
    rows = tuple(
        Row(
            (
                Cell(source["name"]),
                Cell(source["licence"]),
                Cell(source["access_status"]),
                Cell(source["personal_data"]),
                Cell(source["lawful_basis"] or DASH),
            ),
            (source["ref"],),
        )
        for source in dataset["sources"]
    )
    if rows:
        columns = ("Source", "Licence or terms", "Access", "Personal data", "Lawful basis")
        items.append(Table("Terms of the sources", columns, rows))
    else:
        text = "No source is named, so nobody can tell on what terms the rows may be passed on."
        items.append(_missing(snapshot, text, f"A source of {_name(snapshot)}"))
    unlawful = [s for s in dataset["sources"] if s["personal_data"] != "No personal data" and not s["lawful_basis"]]
    for source in unlawful:
        text = f"The lawful basis for the personal data of {source['name']} is not recorded."
        items.append(_missing(snapshot, text, f"The lawful basis of {source['name']}", blocks=("GDPR Art. 6",)))
    refs = (dataset["ref"],)
    if dataset["is_stored"]:
        text = "The file is kept here under its SHA-256 and handed out byte for byte to members of the project."
        items.append(Paragraph((Sentence(text, refs),)))
    else:
        items.append(FactList((Fact("Where the rows lie", dataset["uri"] or "not recorded", refs, is_mono=True),)))
    return _section("distribution", "Distribution", "On what terms the rows may be used and passed on.", items)


def maintenance(snapshot: Snapshot) -> Section:
    """Who keeps the data, how often they are renewed, and for how long they are kept."""
    dataset = snapshot["dataset"]
    items: list[Item] = []
    rows = tuple(
        Row(
            (
                Cell(source["name"]),
                Cell(source["owner"]),
                Cell(source["refresh"]),
                Cell(day(source["last_refreshed_on"])),
                Cell(source["retention"] or DASH),
            ),
            (source["ref"],),
        )
        for source in dataset["sources"]
    )
    if rows:
        items.append(Table("Who keeps the sources", ("Source", "Owner", "Renewed", "Last renewed", "Kept for"), rows))
    if not rows or any(not source["retention"] for source in dataset["sources"]):
        unnamed = [source["name"] for source in dataset["sources"] if not source["retention"]]
        about = f" of {', '.join(unnamed)}" if unnamed else ""
        text = f"How long the data{about} are kept is not recorded."
        items.append(_missing(snapshot, text, "Retention of the sources", severity=Severity.LOW))
    sentences = []
    if snapshot["siblings"]:
        items.append(_sibling_table(snapshot))
    else:
        sentences.append(Sentence(f"This is the only snapshot under the name {dataset['name']}.", (dataset["ref"],)))
    if schema := dataset["schema"]:
        text = f"Its schema is version {schema['number']} of {snapshot['schema_versions']}; every version is kept."
        sentences.append(Sentence(text, (schema["ref"],)))
    if sentences:
        items.append(Paragraph(tuple(sentences)))
    return _section(
        "maintenance", "Maintenance", "Who keeps the data, how they change, and for how long they are kept.", items
    )


def _sibling_table(snapshot: Snapshot) -> Table:
    rows = tuple(
        Row(
            (
                Cell(f"{snapshot['dataset']['name']} {other['number']}"),
                Cell(count(other["rows"]), is_number=True),
                Cell(day(other["created_at"])),
            ),
            (other["ref"],),
        )
        for other in snapshot["siblings"]
    )
    return Table("Other snapshots under its name", ("Snapshot", "Rows", "Recorded"), rows, numbers=frozenset({1}))


def summary(snapshot: Snapshot) -> tuple[Item, ...]:
    """What a reader with one minute needs."""
    dataset, check, profile = snapshot["dataset"], snapshot["schema_check"], snapshot["profile"]
    refs = (dataset["ref"],)
    # Nobody has counted what is only declared, and a nought would say that somebody did.
    shape = (dataset["rows"], dataset["columns"]) if dataset["rows"] or dataset["columns"] else (0,)
    facts = [
        Fact("Snapshot", f"{_name(snapshot)}, {dataset['split_role'].lower()}", refs),
        Fact("Rows and columns", " × ".join(count(n) if n else "not counted" for n in shape), refs),
        Fact("Sources", ", ".join(source["name"] for source in dataset["sources"]) or "not recorded",
             tuple(source["ref"] for source in dataset["sources"])),
    ]  # fmt: skip
    if schema := dataset["schema"]:
        state = "read off the file, not reviewed" if schema["inferred"] else "reviewed"
        facts.append(Fact("Schema", f"{schema['name']}, version {schema['number']}: {state}", (schema["ref"],)))
    if check:
        said = "every row obeys it" if check["passed"] else f"{len(check['failures'])} rules broken"
        facts.append(Fact("Rows against the schema", said, (check["ref"],)))
    if profile:
        warned = len(profile["warnings"])
        facts.append(Fact("Profile", f"{warned} warning{'s' if warned != 1 else ''}", (profile["ref"],)))
    if method := dataset["labeling"]:
        facts.append(Fact("Labels", f"{method['name']}, {method['approach'].lower()}", (method["ref"],)))
    used = snapshot["uses"]
    facts.append(
        Fact("Used by", f"{len(used['versions'])} versions trained, {len(used['evaluations'])} evaluations", refs)
    )
    items: list[Item] = []
    if dataset["description"]:
        items.append(Paragraph((Sentence(dataset["description"].splitlines()[0], refs),), kind="statement"))
    return (*items, FactList(tuple(facts)))


def _section(key: str, title: str, lead: str, items: list[Item]) -> Section:
    return Section(key, title, lead, tuple(items), component=title)


def _said(label: str, text: str, ref: str) -> Quotation:
    return Quotation(label, tuple(line for line in text.splitlines() if line.strip()), (ref,))


def _name(snapshot: Snapshot) -> str:
    return f"{snapshot['dataset']['name']} {snapshot['dataset']['number']}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else DASH


def _found(value: float | None) -> str:
    """A value as it stands in the rows: six digits at most, a true minus."""
    return DASH if value is None else f"{value:,.6g}".replace("-", "−")


def _missing(
    snapshot: Snapshot,
    text: str,
    what: str,
    *,
    blocks: tuple[str, ...] = CONTROLS,
    severity: Severity = Severity.HIGH,
) -> Gap:
    page = snapshot["dataset"]["url"].split("/", 3)[3]
    return gap(snapshot, text, what=what, page=page, where="The snapshot’s page", blocks=blocks, severity=severity)
