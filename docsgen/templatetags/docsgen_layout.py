"""What document templates ask of a layout."""

import base64

from django import template
from django.conf import settings
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from docsgen.columns import column_shares
from docsgen.content import Figure, Table
from docsgen.layout import as_data_uri

register = template.Library()


@register.simple_tag(takes_context=True)
def notes(context: Context, refs: tuple[str, ...]) -> SafeString:
    """The footnote numbers of some records, each leading to its line in the evidence index."""
    numbers = context["layout"].notes(refs)
    if not numbers:
        return SafeString("")
    links = format_html_join(mark_safe(" "), '<a href="#r{}">{}</a>', ((number, number) for number in numbers))
    return format_html('<sup class="fn">{}</sup>', links)


@register.simple_tag(takes_context=True)
def table_number(context: Context, table: Table) -> int:
    """The number of a table."""
    return int(context["layout"].table_number(table))


@register.simple_tag(takes_context=True)
def figure_number(context: Context, figure: Figure) -> int:
    """The number of a figure."""
    return int(context["layout"].figure_number(figure))


@register.filter
def shares(table: Table) -> list[int]:
    """The width of each column in percent."""
    return column_shares(table)


@register.filter
def data_uri(figure: Figure) -> str:
    """A figure as a data address."""
    return as_data_uri(figure)


@register.simple_tag
def document_style() -> SafeString:
    """The style sheet that a document carries inside itself; ours, with nothing of anybody else's in it."""
    return mark_safe(render_to_string("docsgen/document.css", {"mark": _mark(), "percents": range(1, 101)}))  # noqa: S308


def _mark() -> str:
    return base64.b64encode((settings.BASE_DIR / "static" / "favicon.svg").read_bytes()).decode()
