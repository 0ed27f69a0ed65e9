"""How figures and states of runs are written on pages."""

import math
from typing import Any

from django import template

from canvas.models import Project
from registry.models import Run
from registry.run_table.columns import Column
from registry.run_table.page import Address
from registry.run_table.rows import Row

register = template.Library()

DASH = "–"
STATUS_TONES = {
    Run.Status.RUNNING: ("info", "player-play"),
    Run.Status.SCHEDULED: ("info", "clock"),
    Run.Status.FINISHED: ("", "check"),
    Run.Status.FAILED: ("bad", "x"),
    Run.Status.KILLED: ("warn", "ban"),
}
DIGITS = 5
MOST_OPENED = 20


@register.inclusion_tag("registry/_stage_pill.html")
def run_pill(status: str) -> dict[str, str]:
    """Where a run stands, as a pill."""
    tone, sign = STATUS_TONES[Run.Status(status)]
    return {"label": Run.Status(status).label, "tone": tone, "sign": sign}


@register.filter
def measured(value: float | None) -> str:
    """A number of unknown size with five significant digits; a word for what is none."""
    if value is None:
        return DASH
    if math.isnan(value):
        return "not a number"
    size = abs(value)
    if size and not 1e-4 <= size < 1e9:
        return f"{value:.{DIGITS - 1}e}".replace("-", "−")
    places = DIGITS if size < 1 else max(0, DIGITS - 1 - int(math.log10(size)))
    text = f"{value:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


@register.simple_tag
def run_address(address: Address, **changed: str | None) -> str:
    """The page's address with some parameters replaced, or left out where they are None."""
    return address.having(**changed)


@register.simple_tag
def run_fold(address: Address, row: Row, opened: list[str]) -> str:
    """The address that shows a run's children, or folds them away again."""
    rest = [run_id for run_id in opened if run_id != row.run_id]
    return address.having(open=rest if row.is_opened else [*rest[-MOST_OPENED:], row.run_id])


@register.inclusion_tag("registry/_run_cell.html")
def run_cell(row: Row, column: Column, project: Project) -> dict[str, Any]:
    """One cell of the table of runs."""
    return {"row": row, "column": column, "value": row.value(column), "project": project}
