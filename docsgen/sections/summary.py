"""What a reader with one minute needs: the purpose, the verdicts, the decision."""

from docsgen.content import Cell, Fact, FactList, Item, Paragraph, Row, Sentence, Table
from docsgen.facts import Snapshot
from docsgen.sections.results import decisive
from docsgen.sections.words import block_ref, count, figure, interval, moment, threshold, verdict_cell


def summary(snapshot: Snapshot) -> tuple[Item, ...]:
    """The purpose, where the version stands, and how its thresholds were judged."""
    items: list[Item] = []
    if statement := snapshot["plan"]["statement"]:
        items.append(Paragraph((Sentence(statement, block_ref(snapshot, 1)),), kind="statement"))
    items.append(FactList(_standing(snapshot)))
    evaluation = decisive(snapshot)
    if evaluation and evaluation["verdicts"]:
        items.append(_verdicts(evaluation))
    return tuple(items)


def _standing(snapshot: Snapshot) -> tuple[Fact, ...]:
    version = snapshot["version"]
    facts = [Fact("Version", f"{version['label']}, {version['algorithm']}", (version["ref"],))]
    held = [held for held in snapshot["stages"] if not held["until_at"]]
    if held:
        facts.append(Fact("Stage", f"{held[-1]['stage']} since {moment(held[-1]['from_at'])}", (held[-1]["ref"],)))
    for promotion in snapshot["promotions"]:
        said = f"{promotion['status_label']}: {promotion['stage']}, asked for by {promotion['requested_by']}"
        signed = ", ".join(f"{vote['decision'].lower()} by {vote['by']}" for vote in promotion["votes"])
        refs = (promotion["ref"], *(vote["ref"] for vote in promotion["votes"]))
        facts.append(Fact(f"Promotion {promotion['number']}", f"{said}{'; ' + signed if signed else ''}", refs))
    if evaluation := decisive(snapshot):
        said = f"{count(evaluation['rows'])} rows of {evaluation['dataset']}, {evaluation['strength'].lower()}"
        facts.append(Fact(f"Evaluation {evaluation['number']}", said, (evaluation["ref"],)))
    return tuple(facts)


def _verdicts(evaluation: Snapshot) -> Table:
    rows = tuple(
        Row(
            (
                Cell(verdict["kpi_name"]),
                Cell(threshold(verdict), is_number=True),
                Cell(figure(verdict["value"]), is_number=True),
                Cell(interval(verdict), is_number=True),
                verdict_cell(verdict["verdict"]),
            ),
            (evaluation["ref"],),
        )
        for verdict in evaluation["verdicts"]
    )
    columns = ("KPI", "Threshold", "Measured", "95 % interval", "Verdict")
    return Table("Release thresholds and verdicts", columns, rows, numbers=frozenset({1, 2, 3}))
