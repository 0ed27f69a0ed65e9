"""Who answers for the model, what it is for, and what it must not be used for."""

from docsgen.content import Cell, Fact, FactList, Item, Paragraph, Quotation, Row, Section, Sentence, Severity, Table
from docsgen.facts import Snapshot
from docsgen.sections.risks import go_no_go
from docsgen.sections.words import answer, block, block_ref, day, figure, gap, quote, threshold

INTENDED = ("intended_purpose", "problem_statement", "importance", "persona", "current_process")
DECISION = (
    "decision", "automation_level", "decision_threshold", "user_interface", "explanation_shown", "override_path",
    "legal_or_similar_effect", "solely_automated",
)  # fmt: skip


def identity(snapshot: Snapshot) -> Section:
    """The model, its file, and the people who answer for it."""
    version, project = snapshot["version"], snapshot["project"]
    items: list[Item] = [
        FactList(
            (
                Fact("Model", version["model"], (version["model_ref"],), is_mono=True),
                Fact("Version", f"v{version['number']}", (version["ref"],)),
                Fact("Project", project["name"], (project["ref"],)),
                Fact("Task", version["task_label"], (version["model_ref"],)),
                Fact("Algorithm", version["algorithm"], (version["ref"],)),
                Fact("Risk tier", project["risk_label"], (project["ref"],)),
                Fact("Trained by", version["trained_by"], (version["ref"],)),
                Fact("Registered by", f"{version['uploaded_by']}, {day(version['created_at'])}", (version["ref"],)),
                Fact("Model file", f"{version['artifact_name']} ({version['artifact_format']})", (version["ref"],)),
                Fact("SHA-256 of the file", version["artifact_sha256"], (version["ref"],), is_mono=True),
            )
        )
    ]
    if version["description"]:
        items.append(Quotation("Description", tuple(version["description"].splitlines()), (version["ref"],)))
    rows = tuple(
        Row((Cell(person["name"]), Cell(person["title"] or "–"), Cell(person["role"])), (person["ref"],))
        for person in project["people"]
    )
    items.append(Table("People in the project and their roles", ("Name", "Position", "Role"), rows))
    if not project["owners"]:
        items.append(
            gap(
                snapshot, "Owner not named. Nobody is accountable for this model.", what="A project owner",
                page="settings/", where="Project settings", blocks=("EU AI Act Annex IV 1(a)",), severity=Severity.HIGH,
            )
        )  # fmt: skip
    return Section("identity", "Identity and contacts", "Which model this is, and who answers for it.", tuple(items))


def intended_use(snapshot: Snapshot) -> Section:
    """What the model is for, in the plan's own words."""
    statement = snapshot["plan"]["statement"]
    items: list[Item] = []
    if statement:
        items.append(Paragraph((Sentence(statement, block_ref(snapshot, 1)),), kind="statement"))
    for key in INTENDED:
        items += quote(snapshot, 1, key)
    wanted = [key for key in INTENDED if not answer(snapshot, 1, key)]
    if wanted or not statement:
        missing = ", ".join(block(snapshot, 1)["missing"]) or "the value statement"
        items.append(
            gap(
                snapshot, f"Intended use not recorded: fields {missing}.", what="Canvas block 1, Value proposition",
                page="canvas/1/", where="Canvas, block 1", blocks=("Check: plan complete", "EU AI Act Annex IV 1(a)"),
                severity=Severity.HIGH,
            )
        )  # fmt: skip
    return Section(
        "intended-use", "Purpose and intended use", "The problem, the people it serves, and what the model is meant for.",
        tuple(items),
    )  # fmt: skip


def out_of_scope(snapshot: Snapshot) -> Section:
    """What the model must not be used for, and whom it touches."""
    items: list[Item] = []
    for key in ("out_of_scope_uses", "foreseeable_misuse", "affected_groups"):
        items += quote(snapshot, 1, key)
    if not answer(snapshot, 1, "out_of_scope_uses"):
        items.append(
            gap(
                snapshot, "No out-of-scope uses recorded. Readers cannot tell where not to use this model.",
                what="Out-of-scope uses", page="canvas/1/#f-out_of_scope_uses", where="Canvas, block 1",
                blocks=("Check: plan complete", "EU AI Act Annex IV 3"), severity=Severity.MEDIUM,
            )
        )  # fmt: skip
    items += _disqualifiers(snapshot)
    return Section(
        "out-of-scope",
        "Out-of-scope use, misuse and affected groups",
        "Where the model must not be used.",
        tuple(items),
    )


def _disqualifiers(snapshot: Snapshot) -> list[Item]:
    held = block(snapshot, 10)["answers"].get("disqualifiers")
    if not held or not held["rows"]:
        return []
    rows = tuple(Row(tuple(Cell(text) for text in row), block_ref(snapshot, 10)) for row in held["rows"])
    return [Table("Reasons not to use machine learning, each answered", tuple(held["columns"]), rows)]


def business_use(snapshot: Snapshot) -> Section:
    """How success is counted, and how a prediction becomes a decision."""
    items: list[Item] = []
    if snapshot["kpis"]:
        items.append(_kpi_table(snapshot))
    if not any(kpi["kind"] == "business" for kpi in snapshot["kpis"]):
        items.append(
            gap(
                snapshot, "No business KPI linked.", what="A business KPI", page="kpis/", where="Canvas, KPIs",
                blocks=("EU AI Act Annex IV 4",), severity=Severity.MEDIUM,
            )
        )  # fmt: skip
    for key in DECISION:
        items += quote(snapshot, 6, key)
    if not answer(snapshot, 6, "decision"):
        items.append(
            gap(
                snapshot, "How predictions become decisions is not recorded.", what="Canvas block 6, Decisions",
                page="canvas/6/", where="Canvas, block 6",
                blocks=("Check: plan complete", "EU AI Act Art. 14", "GDPR Art. 22"), severity=Severity.MEDIUM,
            )
        )  # fmt: skip
    items += go_no_go(snapshot)
    return Section(
        "business-use", "Business measures and decision use", "How success is counted, and who decides on a prediction.",
        tuple(items),
    )  # fmt: skip


def _kpi_table(snapshot: Snapshot) -> Table:
    rows = tuple(
        Row(
            (
                Cell(kpi["name"]),
                Cell(kpi["kind_label"]),
                Cell(kpi["metric_label"] or kpi["definition"]),
                Cell(f"{figure(kpi['target_value'])} {kpi['unit']}".strip(), is_number=True),
                Cell(threshold(kpi) if kpi["threshold"] is not None else "–", is_number=True),
                Cell(kpi["owner"] or "–"),
            ),
            (kpi["ref"],),
        )
        for kpi in snapshot["kpis"]
    )
    columns = ("KPI", "Kind", "Measured by", "Target", "Release threshold", "Owner")
    return Table("KPIs of the project as they stand", columns, rows, numbers=frozenset({3, 4}))
