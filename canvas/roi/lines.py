"""From the lines of a plan, in several currencies and with dates, to the case that is computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from canvas.roi.inputs import Assumptions, Benefit, Case, Cost, ErrorLoss, ThreePoint

# Lines as they are frozen: {"costs": [...], "benefits": [...], "error_costs": [...]}, each a record of plain values.
Lines = Mapping[str, list[dict[str, Any]]]  # Any: JSON; amounts are text, so that no cent is lost


class MissingRates(ValueError):
    """Lines are in currencies without an exchange rate; `lines` holds their labels by currency."""

    def __init__(self, currency: str, lines: dict[str, list[str]]) -> None:
        named = "; ".join(f"{code} for {', '.join(labels)}" for code, labels in lines.items())
        super().__init__(
            f"State what one unit is worth in {currency}: {named}. Nothing was saved, and no line is lost."
        )
        self.lines = lines


@dataclass(frozen=True)
class Terms:
    """What an estimate states beside its lines."""

    assumptions: Assumptions
    currency: str
    starts_on: date
    predictions_per_year: float = 0.0
    exchange_rates: Mapping[str, float] = field(default_factory=dict)


def case_from(lines: Lines, terms: Terms) -> Case:
    """The case of these lines, all in the currency of the estimate; raises MissingRates."""
    _ensure_rates(lines, terms)
    return Case(
        assumptions=terms.assumptions,
        costs=tuple(_cost(line, terms) for line in lines.get("costs", [])),
        benefits=tuple(_benefit(line, terms) for line in lines.get("benefits", [])),
        errors=tuple(_error(line, terms) for line in lines.get("error_costs", [])),
    )


def currencies_of(lines: Lines) -> list[str]:
    """The currencies that lines are in, in order."""
    return sorted({line["currency"] for kind in lines.values() for line in kind})


def month_of(day: date, starts_on: date) -> int:
    """The month that a day lies in, counted from 1 at the month that begins on `starts_on`; 0 and less before it."""
    months = 12 * (day.year - starts_on.year) + day.month - starts_on.month
    return months + (1 if day.day >= starts_on.day else 0)


def _ensure_rates(lines: Lines, terms: Terms) -> None:
    missing: dict[str, list[str]] = {}
    for kind in ("costs", "benefits", "error_costs"):
        for line in lines.get(kind, []):
            code = line["currency"]
            if code != terms.currency and code not in terms.exchange_rates:
                missing.setdefault(code, []).append(line["label"])
    if missing:
        raise MissingRates(terms.currency, missing)


def _rate(line: dict[str, Any], terms: Terms) -> float:
    return 1.0 if line["currency"] == terms.currency else float(terms.exchange_rates[line["currency"]])


def _cost(line: dict[str, Any], terms: Terms) -> Cost:
    recurs = line["kind"] == "recurring"
    factor = _rate(line, terms) * (_monthly(line, terms) if recurs else 1.0)
    likely = float(line["amount_likely"])
    low, high = (float(line[key]) if line[key] is not None else likely for key in ("amount_low", "amount_high"))
    starts, ends = (date.fromisoformat(line[key]) if line[key] else None for key in ("starts_on", "ends_on"))
    first = month_of(starts, terms.starts_on) if starts else 0
    return Cost(
        key=line["key"],
        label=line["label"],
        amount=ThreePoint(low * factor, likely * factor, high * factor),
        recurs=recurs,
        first_month=max(first, 0),
        last_month=month_of(ends, terms.starts_on) if ends else None,
    )


def _monthly(line: dict[str, Any], terms: Terms) -> float:
    """What turns the amount of a period into that of a month."""
    if line["period"] == "year":
        return 1 / 12
    return terms.predictions_per_year / 12_000 if line["period"] == "1000-predictions" else 1.0


def _benefit(line: dict[str, Any], terms: Terms) -> Benefit:
    return Benefit(
        key=line["key"],
        label=line["label"],
        worth=_rate(line, terms) * float(line["unit_value"]) * line["volume"],
        uplift=ThreePoint(line["uplift_low"], line["uplift_likely"], line["uplift_high"]),
        first_month=line["start_month"],
    )


def _error(line: dict[str, Any], terms: Terms) -> ErrorLoss:
    return ErrorLoss(
        key=line["key"],
        label=line["label"],
        worth=_rate(line, terms) * float(line["unit_cost"]) * line["volume"],
        rate=ThreePoint(line["rate_low"], line["rate_likely"], line["rate_high"]),
    )
