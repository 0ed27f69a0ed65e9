"""What schemas show on pages that several parts compose."""

from typing import Any

from django import template

from canvas.models import Project
from data.models import DataSchema, Dataset
from data.services import checks

register = template.Library()
SHOWN = 50


@register.inclusion_tag("data/_check_panel.html", takes_context=True)
def schema_check_panel(context: dict[str, Any], dataset: Dataset, project: Project) -> dict[str, Any]:
    """Whether a snapshot's rows obey its schema, the way to ask again, and its exports."""
    newest = list(DataSchema.objects.filter(project=project).newest().order_by("name")[:SHOWN])
    own = [dataset.schema] if dataset.schema else []
    choices = [*own, *(schema for schema in newest if schema.pk != dataset.schema_id)]
    return {
        "request": context["request"],
        "project": project,
        "dataset": dataset,
        "check": checks.standing(dataset),
        "choices": choices,
    }
