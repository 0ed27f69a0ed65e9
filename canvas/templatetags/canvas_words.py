"""Words that only pages of the plan need."""

from django import template

register = template.Library()


@register.filter
def blocks_in(count: int, state: str) -> str:
    """How many blocks are in a state: “3 blocks evidenced”."""
    return f"{count} {'block' if count == 1 else 'blocks'} {state}"
