"""How the figures of KPIs are written."""

from django import template

register = template.Library()


@register.filter
def amount(value: float | None) -> str:
    """A figure as it was typed: thousands grouped, no digits added, a true minus sign, a dash for nothing."""
    return "–" if value is None else f"{value:,.12g}".replace("-", "−")
