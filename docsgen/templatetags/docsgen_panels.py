"""What other rooms' pages show of documents."""

from typing import Any

from django import template

from canvas.models import Project
from data.models import Dataset
from docsgen.models import Document
from registry.models import ModelVersion

register = template.Library()
SHOWN = 5


@register.inclusion_tag("docsgen/_documents_panel.html")
def documents_panel(project: Project) -> dict[str, Any]:
    """A project's newest documents."""
    listed = Document.objects.listed().filter(project=project)
    return {"project": project, "documents": listed[:SHOWN], "where": "project"}


@register.inclusion_tag("docsgen/_documents_panel.html")
def version_documents(version: ModelVersion, project: Project) -> dict[str, Any]:
    """The documents about a version."""
    listed = Document.objects.listed().filter(version=version)
    return {"project": project, "documents": listed[:SHOWN], "where": "version", "version": version}


@register.inclusion_tag("docsgen/_datasheet_panel.html", takes_context=True)
def dataset_documents(context: dict[str, Any], dataset: Dataset, project: Project) -> dict[str, Any]:
    """The datasheets of a snapshot, and the button that asks for another."""
    listed = Document.objects.listed().filter(dataset=dataset)
    return {"request": context["request"], "project": project, "dataset": dataset, "documents": listed[:SHOWN]}
