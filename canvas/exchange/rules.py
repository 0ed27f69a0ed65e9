"""What each record of a plan allows, and all of them together do not: repeated names, circles, ends in the wrong order."""

from collections.abc import Iterator
from typing import Any

from canvas.exchange import parts
from canvas.exchange.parts import Part
from canvas.exchange.problems import Flaw
from canvas.exchange.rows import Row
from canvas.models import Kpi
from canvas.money_rules import benefit_problems, cost_problems, error_problems

SMALL_LETTERS = "Write the currency in capital letters, such as EUR."
MONEY = ((parts.COSTS, cost_problems), (parts.BENEFITS, benefit_problems), (parts.ERROR_COSTS, error_problems))


def contradictions(rows: dict[str, list[Row]]) -> Iterator[Flaw]:
    """Every flaw of a plan whose values are each in order."""
    for part in parts.LIVE:
        for row in rows[part.key]:
            yield from _impossible(part, row)
    yield from _repeated(rows["revisions"], ("block", "number"), "This revision of the block stands twice.", "number")
    yield from _repeated(rows["waivers"], ("block",), "This block has two stated zeros.", "block")
    for part in parts.LIVE:
        if part.numbered:
            yield from _repeated(rows[part.key], ("number",), f"Two of them have this number: {part.noun}.", "number")
    held = [row for row in rows["kpis"] if "retired_at" not in row.origin]
    yield from _repeated(held, ("name",), "Two KPIs have this name. Rename one of them.", "name")
    yield from _lost_references(rows)
    current = [row for row in rows["readings"] if "superseded_at" not in row.origin]
    yield from _repeated(current, ("kpi", "measured_on"), "The KPI has two readings on this day.", "measured_on")


def _impossible(part: Part, row: Row) -> Iterator[Flaw]:
    said = row.values
    for is_wrong, column, sentence in (
        ("block" in said and not 1 <= said["block"] <= 10, "block", "The canvas has blocks 1 to 10."),
        (part is parts.REVISIONS and said["number"] < 1, "number", "Revisions are counted from 1."),
        ("currency" in said and not said["currency"].isupper(), "currency", SMALL_LETTERS),
        (part is parts.KPIS and _is_open_band(said), "threshold_upper", "A band needs its upper end."),
        (part is parts.KPIS and not _are_blocks(said["blocks"]), "blocks", "Name blocks by their numbers, 1 to 10."),
    ):
        if is_wrong:
            yield Flaw(f"{row.path}.{column}", sentence)
    for rows_of, problems in MONEY:
        if part is rows_of:
            yield from (Flaw(f"{row.path}.{column}", sentence) for column, sentence in problems(said).items())
    yield from _out_of_scale(row)


def _out_of_scale(row: Row) -> Iterator[Flaw]:
    said = row.values
    for score in ("likelihood", "impact", "residual_likelihood", "residual_impact"):
        if said.get(score) is not None and not 1 <= said[score] <= 5:
            yield Flaw(f"{row.path}.{score}", "Score this from 1 to 5.")


def _is_open_band(said: dict[str, Any]) -> bool:
    is_band = said["direction"] == Kpi.Direction.BAND
    return is_band and said["threshold"] is not None and said["threshold_upper"] is None


def _are_blocks(numbers: list[Any]) -> bool:
    return all(number in range(1, 11) and not isinstance(number, bool) for number in numbers)


def _repeated(rows: list[Row], keys: tuple[str, ...], sentence: str, at: str) -> Iterator[Flaw]:
    seen = set()
    for row in rows:
        value = tuple(row.values[key] for key in keys)
        if value in seen:
            yield Flaw(f"{row.path}.{at}", sentence)
        seen.add(value)


def _lost_references(rows: dict[str, list[Row]]) -> Iterator[Flaw]:
    by_id = {row.id: row for row in rows["kpis"] if row.id}
    if len(by_id) < sum(1 for row in rows["kpis"] if row.id):
        yield from _repeated_ids(rows["kpis"])
        return
    for key, column in (("kpis", "parent"), ("readings", "kpi"), ("benefits", "kpi")):
        for row in rows[key]:
            named = row.values[column]
            if (named is None and key == "readings") or (named is not None and named not in by_id):
                yield Flaw(f"{row.path}.{column}", f"No KPI of this file has the id “{str(named or '')[:40]}”.")
                return
    for row in rows["kpis"]:
        if _serves_itself(row, by_id):
            yield Flaw(f"{row.path}.parent", f"{row.values['name']} would serve itself, directly or in a circle.")


def _repeated_ids(rows: list[Row]) -> Iterator[Flaw]:
    seen: set[str] = set()
    for row in rows:
        if row.id and row.id in seen:
            yield Flaw(f"{row.path}.id", "Two KPIs have this id.")
        seen.add(row.id)


def _serves_itself(row: Row, by_id: dict[str, Row]) -> bool:
    seen = set()
    above = row.values["parent"]
    while above is not None and above != row.id and above not in seen:
        seen.add(above)
        above = by_id[above].values["parent"]
    return above is not None and above == row.id
