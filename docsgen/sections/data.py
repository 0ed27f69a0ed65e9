"""What the model learned from: sources, schemas, labels, splits."""

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
from docsgen.sections.labels import agreement_table, audit_table
from docsgen.sections.words import DASH, count, day, gap, size, undocumented

CONTROLS = ("Check: data documented", "EU AI Act Annex IV 2(d)")
FIELDS_SHOWN = 120
SOURCE_FACTS = (
    ("Kind", "kind"),
    ("Owner", "owner"),
    ("Collected", "collection_period"),
    ("Renewed", "refresh"),
    ("Volume", "volume"),
    ("Licence or terms", "licence"),
    ("Personal data", "personal_data"),
    ("Lawful basis", "lawful_basis"),
    ("Access", "access_status"),
    ("Kept for", "retention"),
    ("Location", "location"),
)


def data_sources(snapshot: Snapshot) -> Section:
    """Where the data come from, and on what terms."""
    items: list[Item] = []
    told: set[str] = set()
    for dataset in snapshot["datasets"]:
        for source in dataset["sources"]:
            if source["ref"] not in told:
                told.add(source["ref"])
                items += source_items(source)
        if not dataset["sources"]:
            name = f"{dataset['name']} {dataset['number']}"
            text = f"Source of dataset {name} not recorded. Origin cannot be shown."
            items.append(_gap(snapshot, text, f"A source of {name}"))
    if not snapshot["datasets"]:
        items.append(_no_data(snapshot))
    return Section(
        "data-sources", "Data sources", "Where the data come from, who owns them, and on what terms they are used.",
        tuple(items), component="Data sources",
    )  # fmt: skip


def source_items(source: Snapshot) -> list[Item]:
    """What is recorded of one source."""
    refs = (source["ref"],)
    facts = tuple(Fact(label, source[key], refs) for label, key in SOURCE_FACTS if source[key])
    items: list[Item] = [
        Quotation(source["name"], tuple(source["origin"].splitlines()), refs),
        FactList(facts),
    ]
    if source["known_quality_issues"]:
        items.append(Quotation("Known quality issues", tuple(source["known_quality_issues"].splitlines()), refs))
    return items


def data_schemas(snapshot: Snapshot) -> Section:
    """What every column means."""
    items: list[Item] = []
    told: set[str] = set()
    for dataset in snapshot["datasets"]:
        schema, name = dataset["schema"], f"{dataset['name']} {dataset['number']}"
        if schema is None:
            text = f"Schema not bound for {name}. {undocumented(dataset['columns'])}"
            items.append(_gap(snapshot, text, f"A schema of {name}"))
        elif schema["ref"] not in told:
            told.add(schema["ref"])
            items.append(schema_table(schema))
            if schema["inferred"]:
                text = f"The schema {schema['name']} was read off a file and nobody has reviewed it."
                items.append(_gap(snapshot, text, f"A reviewed version of {schema['name']}", Severity.MEDIUM))
    if not snapshot["datasets"]:
        items.append(_no_data(snapshot))
    return Section(
        "data-schemas", "Data schemas", "Each column with its key, type and order of measurement.", tuple(items),
        component="Data schemas",
    )  # fmt: skip


def schema_table(schema: Snapshot) -> Table:
    """Every column of a schema."""
    fields = schema["fields"]
    rows = tuple(
        Row(
            (
                Cell(field["key"], is_mono=True),
                Cell("Key" if field["is_key"] else field["part"]),
                Cell(field["data_type"]),
                Cell(field["order"]),
                Cell(field["unit"] or "–"),
                Cell("yes" if field["is_nullable"] else "no"),
                Cell(", ".join(str(value) for value in field["allowed_values"][:12]) or field["description"] or "–"),
            ),
            (schema["ref"],),
        )
        for field in fields[:FIELDS_SHOWN]
    )
    note = f"{len(fields) - FIELDS_SHOWN} more columns are in the attached JSON." if len(fields) > FIELDS_SHOWN else ""
    columns = ("Database key", "Used as", "Data type", "Data order", "Unit", "May be empty", "Values or meaning")
    return Table(f"Schema {schema['name']}, version {schema['number']}", columns, rows, note=note)


def labeling_methods(snapshot: Snapshot) -> Section:
    """How true labels were obtained."""
    items: list[Item] = []
    told: set[str] = set()
    labelled = [dataset for dataset in snapshot["datasets"] if dataset["label_column"]]
    for dataset in labelled:
        method = dataset["labeling"]
        if method is None:
            name = f"{dataset['name']} {dataset['number']}"
            text = f"Labeling method of {name} not recorded. Label quality unknown."
            items.append(_gap(snapshot, text, f"A labeling method of {name}"))
        elif method["ref"] not in told:
            told.add(method["ref"])
            items += [*method_items(method), *_measured(snapshot, method)]
    if not labelled:
        text = "Labeling method not recorded. Label quality unknown."
        items.append(_gap(snapshot, text, "A snapshot with a label column and its labeling method"))
    return Section(
        "labeling", "Labeling methods", "Who decided on each label, by which rule, and how well they agreed.", tuple(items),
        component="Labeling methods",
    )  # fmt: skip


def method_items(method: Snapshot) -> list[Item]:
    """What is recorded of one labeling method."""
    refs = (method["ref"],)
    labels = (
        ("Approach", method["approach"]),
        ("Labelers", method["labelers"]),
        ("Role of the labelers", method.get("labeler_role", "")),
        ("Number of labelers", count(method["labeler_count"]) if method.get("labeler_count") else ""),
        ("Agreement, as declared", method["agreement"]),
        ("Labels checked", count(method["sample_size"]) if method["sample_size"] else ""),
        ("Guideline file", _file(method)),
        ("Version", f"{method['number']}, recorded on {day(method['recorded_at'])}"),
    )
    items: list[Item] = [FactList(tuple(Fact(label, value, refs) for label, value in labels if value))]
    texts = (
        ("What the labels mean", "label_meaning"),
        ("Guideline", "guideline"),
        ("Quality control", "quality_control"),
        ("Known weaknesses", "known_weaknesses"),
        ("Why this version differs from the one before", "change_reason"),
    )
    items += [Quotation(title, tuple(method[key].splitlines()), refs) for title, key in texts if method[key]]
    return items


def _file(method: Snapshot) -> str:
    # Documents that were issued before files could be attached are drawn from what was known then.
    sha256 = method.get("guideline_sha256", "")
    return f"{method['guideline_file_name']}, SHA-256 {sha256[:16]}…" if sha256 else ""


def _measured(snapshot: Snapshot, method: Snapshot) -> list[Item]:
    """What was measured of the labels, apart from what is said of them."""
    items: list[Item] = [agreement_table(agreement) for agreement in method.get("agreements", [])]
    if method.get("audits"):
        items.append(audit_table(method["audits"]))
    if not items:
        text = f"How far labelers of {method['name']} agree was never measured, and no sample of labels was audited."
        items.append(_gap(snapshot, text, "Label agreement or a label audit", Severity.MEDIUM))
    return items


def splits(snapshot: Snapshot) -> Section:
    """The snapshots, their preparation and what each was used for."""
    items: list[Item] = []
    if snapshot["datasets"]:
        items.append(_snapshots(snapshot["datasets"]))
    for dataset in snapshot["datasets"]:
        if dataset["preparation"]:
            title = f"How {dataset['name']} {dataset['number']} was prepared"
            items.append(Quotation(title, tuple(dataset["preparation"].splitlines()), (dataset["ref"],)))
    held_out = [evaluation for evaluation in snapshot["evaluations"] if evaluation["held_out_reason"]]
    items += [
        Paragraph((Sentence(evaluation["held_out_reason"], (evaluation["ref"],)),)) for evaluation in held_out[:1]
    ]
    if not any(dataset["preparation"] for dataset in snapshot["datasets"]) or not held_out:
        text = "Split method not recorded; overlap not checked." if not held_out else "Split method not recorded."
        items.append(_gap(snapshot, text, "How the snapshots were selected, cleaned and split", Severity.LOW))
    return Section(
        "splits",
        "Preparation and splits",
        "Which rows were used for what, each snapshot under its SHA-256.",
        tuple(items),
    )


def _snapshots(datasets: list[Snapshot]) -> Table:
    rows = tuple(
        Row(
            (
                Cell(f"{dataset['name']} {dataset['number']}"),
                Cell(dataset["use"]),
                Cell(dataset["split_role"]),
                Cell(count(dataset["rows"]) if dataset["rows"] else DASH, is_number=True),
                Cell(count(dataset["columns"]) if dataset["columns"] else DASH, is_number=True),
                Cell(f"{dataset['format']}, {size(dataset['size'])}" if dataset["size"] else dataset["format"]),
                Cell(dataset["sha256"][:16] or "not read here", is_mono=True),
            ),
            (dataset["ref"],),
        )
        for dataset in datasets
    )
    columns = ("Snapshot", "Used as", "Split role", "Rows", "Columns", "File", "SHA-256, first 16")
    return Table("Snapshots", columns, rows, numbers=frozenset({3, 4}))


def _no_data(snapshot: Snapshot) -> Gap:
    text = "No snapshot is tied to this version. What it learned from cannot be shown."
    return _gap(snapshot, text, "The snapshots the version was trained on")


def _gap(snapshot: Snapshot, text: str, what: str, severity: Severity = Severity.HIGH) -> Gap:
    return gap(snapshot, text, what=what, page="data/", where="Data", blocks=CONTROLS, severity=severity)
