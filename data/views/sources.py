from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data.forms.sources import QualityCheckForm, SourceForm
from data.models import DataSource
from data.quality_lines import quality_lines
from data.services import quality, sources
from data.views.requests import sent

PER_PAGE = 30


@require_safe
def source_detail(request: HttpRequest, slug: str, source_id: int) -> HttpResponse:
    """One source, and the snapshots taken from it."""
    project = get_project(signed_in(request), slug)
    source = get_object_or_404(DataSource.objects.select_related("created_by"), project=project, pk=source_id)
    return _render_source(request, project, source)


@require_POST
def quality_check(request: HttpRequest, slug: str, source_id: int) -> HttpResponse:
    """Record a look at a source's quality."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    source = get_object_or_404(
        DataSource.objects.select_related("created_by", "project"), project=project, pk=source_id
    )
    form = QualityCheckForm(request.POST)
    if not form.is_valid():
        return _render_source(request, project, source, form=form, status=422)
    quality.record_check(source, by=user, **form.cleaned_data)
    messages.success(request, "The quality check is recorded.")
    return redirect(f"{source.get_absolute_url()}#quality")


def _render_source(
    request: HttpRequest,
    project: Project,
    source: DataSource,
    *,
    form: QualityCheckForm | None = None,
    status: int = 200,
) -> HttpResponse:
    checks = Paginator(source.quality_checks.select_related("recorded_by"), PER_PAGE).get_page(request.GET.get("page"))
    if form is None:
        form = QualityCheckForm(initial={"checked_on": timezone.localdate(), "passed": "yes"})
    context = {
        "project": project,
        "source": source,
        "datasets": source.datasets.select_related("project").defer("declared").order_by("-created_at")[:50],
        "checks": checks,
        "lines": quality_lines(source),
        "form": form,
    }
    return render(request, "data/source_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def source_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Register a source."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    form = SourceForm(sent(request))
    if request.method == "POST" and form.is_valid():
        fields = {key: value for key, value in form.cleaned_data.items() if key != "based_on"}
        try:
            source = sources.create_source(project, by=user, **fields)
        except sources.SourceNameTaken as reason:
            form.add_error("name", str(reason))
        else:
            messages.success(request, f"The source {source} is registered.")
            return redirect(source)
    context = {"project": project, "form": form}
    return render(request, "data/source_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def source_edit(request: HttpRequest, slug: str, source_id: int) -> HttpResponse:
    """Change a source; what somebody else changed in the meantime is shown, never overwritten."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    source = get_object_or_404(DataSource, project=project, pk=source_id)
    held = DataSource.objects.get(pk=source.pk)  # the form writes into its instance
    form = SourceForm(sent(request), instance=source, initial={"based_on": source.revision})
    context: dict[str, Any] = {"project": project, "form": form, "source": held}
    status = 200
    if request.method == "POST" and form.is_valid():
        based_on = form.cleaned_data.pop("based_on") or 0
        try:
            changed = sources.change_source(held, based_on=based_on, by=user, **form.cleaned_data)
        except sources.SourceNameTaken as reason:
            form.add_error("name", str(reason))
        except sources.StaleSource as reason:
            context |= {"conflict": reason, "based_on": reason.latest.revision}
            status = 409
        else:
            messages.success(request, f"The source {changed} is saved.")
            return redirect(changed)
    if form.errors:
        status = 422
    return render(request, "data/source_form.html", context, status=status)
