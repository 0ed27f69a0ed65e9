"""The steps of a model, for the page of a version."""

from typing import Any

from django import template
from django.template import Context

from registry.models import ModelOutline, ModelVersion
from registry.outline_page import lines_of

register = template.Library()

LINES_SHOWN = 14


@register.inclusion_tag("registry/_version_outline.html", takes_context=True)
def version_outline(context: Context, version: ModelVersion) -> dict[str, Any]:
    """A version's steps in words with the latest note, and the way to the drawing."""
    outline = ModelOutline.objects.filter(version=version).select_related("job__project", "job__requested_by").first()
    lines = lines_of(outline) if outline else []
    return {
        "project": context.get("project"),
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "version": version,
        "outline": outline,
        "lines": lines[:LINES_SHOWN],
        "left": max(0, len(lines) - LINES_SHOWN),
        "note": version.outline_notes.select_related("by").first(),
    }
