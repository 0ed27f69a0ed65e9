"""The button that has a model's steps read, for pages of the registry."""

from typing import Any

from django import template
from django.template import Context

from registry.models import ModelOutline, ModelVersion

register = template.Library()


@register.inclusion_tag("evaluation/_outline_button.html", takes_context=True)
def outline_button(context: Context, version: ModelVersion, outline: ModelOutline | None) -> dict[str, Any]:
    """Nothing while the steps are being read, or for somebody who may not ask for it."""
    return {
        "project": context.get("project"),
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "version": version,
        "is_running": outline is not None and outline.state == ModelOutline.State.RUNNING,
        "label": "Read the steps" if outline is None else "Read them again",
    }
