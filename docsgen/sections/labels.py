"""What was measured of labels, as tables."""

from docsgen.content import Cell, Row, Table
from docsgen.facts import Snapshot
from docsgen.sections.words import DASH, count, day, figure


def agreement_table(agreement: Snapshot) -> Table:
    """How far labelers agreed, measured from their labels."""
    rows = tuple(
        Row(
            (
                Cell(told["name"]),
                Cell(figure(told["value"]), is_number=True),
                Cell(_interval(told["low"], told["high"]), is_number=True),
                Cell(count(told["n"]), is_number=True),
                Cell(told["reason"] or DASH),
            ),
            (agreement["ref"],),
        )
        for told in agreement["figures"]
    )
    disputed = count(agreement["disputed"])
    caption = f"Measured agreement {agreement['number']}: {agreement['labelers']} labelers, {disputed} rows disputed"
    return Table(caption, ("Figure", "Value", "95 % interval", "Rows", "Note"), rows, numbers=frozenset({1, 2, 3}))


def audit_table(audits: list[Snapshot]) -> Table:
    """How many labels of each audited sample were wrong."""
    rows = tuple(
        Row(
            (
                Cell(day(audit["audited_on"])),
                Cell(count(audit["sample_size"]), is_number=True),
                Cell(count(audit["errors"]), is_number=True),
                Cell(_percent(audit["rate"]), is_number=True),
                Cell(f"{_percent(audit['lower'])} – {_percent(audit['upper'])}", is_number=True),
                Cell(audit["drawn"]),
            ),
            (audit["ref"],),
        )
        for audit in audits
    )
    columns = ("Date", "Labels looked at", "Wrong", "Error rate", "95 % interval", "How drawn")
    return Table("Label audits", columns, rows, numbers=frozenset({1, 2, 3, 4}))


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %"


def _interval(low: float | None, high: float | None) -> str:
    return DASH if low is None or high is None else f"{figure(low)} – {figure(high)}"
