"""Write a snapshot down: as HTML for reading, and as the HTML that is printed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from audit.services import canonical
from docsgen.documents import DocumentType, write
from docsgen.facts import Snapshot, digest_of
from docsgen.layout import Layout, components
from docsgen.printing.client import Attachment, Printed, print_html

# Sections that start on a page of their own; the others follow where the last one ended.
LONG_SECTIONS = frozenset({"data-sources", "experimentation", "thresholds", "results", "approvals"})


@dataclass(frozen=True)
class Rendered:
    """A document as it will be kept."""

    html: bytes
    printed: Printed
    gaps: list[dict[str, Any]]


def context_of(document: DocumentType, snapshot: Snapshot, *, identifier: str) -> dict[str, Any]:
    """Everything a document's template reads."""
    content = write(document, snapshot, identifier=identifier)
    layout = Layout(content, snapshot)
    return {
        "kind": document,
        "content": content,
        "layout": layout,
        "components": components(content),
        "identifier": identifier,
        "snapshot": snapshot,
        "snapshot_sha256": digest_of(snapshot),
        "long_sections": LONG_SECTIONS,
    }


def render(
    document: DocumentType, snapshot: Snapshot, *, identifier: str, is_wanted: Callable[[], bool] = lambda: True
) -> Rendered:
    """Render a document as HTML and PDF; the same snapshot gives the same bytes."""
    context = context_of(document, snapshot, identifier=identifier)
    html = render_to_string(document.template, context | {"for_print": True})
    facts = Attachment(f"{document.key}.json", "The facts of this document", canonical(snapshot).encode())
    printed = print_html(
        html,
        identifier=hashlib.sha256(html.encode()).hexdigest()[:32],
        taken_at=snapshot["taken_at"],
        fonts=settings.FONTS_DIR,
        attachments=(facts,),
        is_wanted=is_wanted,
    )
    gaps = [
        {"text": gap.text, "what": gap.what, "where": gap.where, "url": gap.url, "severity": str(gap.severity)}
        for gap in context["content"].gaps
    ]
    return Rendered(html.encode(), printed, gaps)
