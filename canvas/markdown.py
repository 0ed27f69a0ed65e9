"""Markdown as people write it, turned into the little HTML that a page may carry: the one place where that happens."""

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Headings would break the order of the page's own, and pictures would be fetched from elsewhere.
TAGS = {"p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
# Text of people nests three or four levels deep; more is made to be slow.
NESTING = 20

_READER = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": NESTING}).disable(
    ["heading", "lheading", "image", "html_block", "html_inline", "reference"]
)


def to_html(text: str) -> SafeString:
    """Safe HTML of a text in Markdown, reading in the direction of its own script."""
    clean = nh3.clean(
        _READER.render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
        strip_comments=True,
    )
    return format_html('<div class="md" dir="auto">{}</div>', mark_safe(clean))  # noqa: S308  nh3 has just cleaned it


def to_words(text: str) -> str:
    """The same without its marks, for where a line of plain words is shown."""
    pieces = [child.content or " " for token in _READER.parse(text) for child in token.children or []]
    return " ".join("".join(pieces).split())
