"""The panel of a block's costs, and how money is written."""

from decimal import Decimal
from typing import Any

from django import template
from django.template import Context

from canvas.models import BenefitLine, CostItem, ErrorCost, Project
from canvas.services.money import costs_of_block

register = template.Library()

PERIODS = {"month": "a month", "year": "a year", "1000-predictions": "per 1,000 predictions", "": "once"}


@register.inclusion_tag("canvas/money_block.html", takes_context=True)
def block_costs(context: Context, project: Project, number: int) -> dict[str, Any]:
    """What one block costs, for the block's own page."""
    return {"project": project, "block": costs_of_block(project, number), "request": context.get("request")}


@register.filter
def three_points(line: CostItem) -> str:
    """A cost's amounts: 1,000 to 3,000, most likely 2,000 EUR a month."""
    low, high = (amount for amount in (line.amount_low, line.amount_high))
    likely = f"{cents(line.amount_likely)} {line.currency} {PERIODS[line.period]}"
    if low is None and high is None:
        return likely
    low, high = (line.amount_likely if end is None else end for end in (low, high))
    return likely if low == high else f"{likely}, {cents(low)} to {cents(high)}"


@register.filter
def uplifts(line: BenefitLine) -> str:
    """A benefit's uplifts in per cent."""
    return _shares(line.uplift_low, line.uplift_likely, line.uplift_high)


@register.filter
def error_rates(line: ErrorCost) -> str:
    """An error cost's rates in per cent."""
    return _shares(line.rate_low, line.rate_likely, line.rate_high)


@register.filter
def plain(value: float | None) -> str:
    """A figure with thousands grouped and no digits added."""
    if value is None:
        return "–"
    return f"{value:,.12g}".replace("-", "−")


@register.filter
def cents(value: Decimal | float | str | None) -> str:
    """An amount to the cent, or without cents where it has none; unit values keep up to four digits."""
    if value is None:
        return "–"
    exact = Decimal(str(value))
    if exact == exact.to_integral_value():
        return f"{exact:,.0f}".replace("-", "−")
    return f"{exact:,.{2 if exact == exact.quantize(Decimal('0.01')) else 4}f}".replace("-", "−")


@register.filter
def money(value: float | None, currency: str = "") -> str:
    """An amount in whole units of its currency."""
    return as_money(value, currency)


def as_money(value: float | None, currency: str) -> str:
    """An amount rounded as its size deserves, with a true minus sign and its currency."""
    if value is None:
        return "–"
    places = 0 if abs(value) >= 100 or value == 0 else 2
    rounded = round(value, places) + 0.0
    return f"{rounded:,.{places}f} {currency}".strip().replace("-", "−")


def percent(share: float | None, places: int = 1) -> str:
    """A share as a percentage, with a true minus sign and a dash for nothing."""
    return "–" if share is None else f"{share * 100:,.{places}f} %".replace("-", "−")


def _shares(low: float, likely: float, high: float) -> str:
    words = [f"{share * 100:.4g}".replace("-", "−") for share in (low, likely, high)]
    return f"{words[1]} %" if low == high else f"{words[1]} % ({words[0]} to {words[2]} %)"
