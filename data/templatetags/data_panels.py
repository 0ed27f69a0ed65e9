"""This room's panel on the project's overview."""

from typing import Any

from django import template

from canvas.models import Project
from data.models import Dataset, DataSource
from data.services import checks, documentation_gaps

register = template.Library()
SHOWN = 5


@register.inclusion_tag("data/_data_panel.html")
def data_panel(project: Project) -> dict[str, Any]:
    """The newest snapshots of a project, and how well they are documented."""
    newest = (
        Dataset.objects.filter(project=project)
        .select_related("project", "schema", "labeling_method")
        .defer("declared")
        .prefetch_related("sources", checks.of_snapshots())
        .order_by("-created_at", "-pk")
    )
    return {
        "project": project,
        "rows": [(dataset, documentation_gaps(dataset)) for dataset in newest[:SHOWN]],
        "datasets": newest.count(),
        "sources": DataSource.objects.filter(project=project).count(),
    }
