"""The four lists of what a project's models learn from."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from canvas.access import get_project
from canvas.models import Project
from canvas.views.requests import signed_in
from data.models import DataSchema, Dataset, DataSource, FeatureDefinition, LabelingMethod
from data.services import checks, documentation_gaps

PER_PAGE = 50


@require_safe
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The snapshots, and what is missing from each one's description."""
    project = get_project(signed_in(request), slug)
    listed = (
        Dataset.objects.filter(project=project)
        .select_related("project", "schema", "labeling_method", "uploaded_by")
        .defer("declared")
        .prefetch_related("sources", checks.of_snapshots())
        .order_by("-created_at", "-pk")
    )
    page = _page(request, listed)
    rows = [(dataset, documentation_gaps(dataset)) for dataset in page]
    return _render(request, project, "datasets", page, {"rows": rows})


@require_safe
def sources(request: HttpRequest, slug: str) -> HttpResponse:
    """The data sources."""
    project = get_project(signed_in(request), slug)
    listed = DataSource.objects.filter(project=project).select_related("project").annotate(used=Count("datasets"))
    return _render(request, project, "sources", _page(request, listed.order_by("name")))


@require_safe
def schemas(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest version of every schema."""
    project = get_project(signed_in(request), slug)
    listed = (
        DataSchema.objects.filter(project=project)
        .newest()
        .select_related("project", "created_by")
        .annotate(width=Count("fields", distinct=True), used=Count("datasets", distinct=True))
    )
    return _render(request, project, "schemas", _page(request, listed.order_by("name")))


@require_safe
def labeling(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest version of every labeling method."""
    project = get_project(signed_in(request), slug)
    listed = (
        LabelingMethod.objects.filter(project=project)
        .newest()
        .select_related("project", "created_by")
        .annotate(used=Count("datasets"))
    )
    return _render(request, project, "labeling", _page(request, listed.order_by("name")))


def section_counts(project: Project) -> dict[str, int]:
    """How many records each section of the data tab lists."""
    return {
        "datasets": Dataset.objects.filter(project=project).count(),
        "sources": DataSource.objects.filter(project=project).count(),
        "schemas": DataSchema.objects.filter(project=project).newest().count(),
        "labeling": LabelingMethod.objects.filter(project=project).newest().count(),
        "features": FeatureDefinition.objects.filter(project=project, retired_at=None).newest().count(),
    }


def _page(request: HttpRequest, listed: QuerySet[Any]) -> Page[Any]:  # Any: each of the four models
    return Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))


def _render(
    request: HttpRequest, project: Project, section: str, page: Page[Any], more: dict[str, Any] | None = None
) -> HttpResponse:
    template = {
        "datasets": "data/dataset_list.html",
        "sources": "data/source_list.html",
        "schemas": "data/schema_list.html",
        "labeling": "data/labeling_list.html",
    }[section]
    context = {"project": project, "page": page, "section_name": section, "counts": section_counts(project)} | (
        more or {}
    )
    return render(request, template, context)
