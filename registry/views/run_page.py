from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.journal import lines
from canvas.models import Project
from canvas.roles import Permission
from data.downloads import attachment
from registry import run_page
from registry.models import LoggedModel, ModelVersion, Run, RunMetric
from registry.run_charts.histories import STEP, TIME, keys_over
from registry.run_forms import NoteForm, RunReasonForm
from registry.run_table.export import history_lines
from registry.services import artifacts, dependants, open_runs, runs, tags

STOP_POLLING = 286
MOST_CHARTS, MOST_CHARTS_EVER = 8, 40
CHILDREN_SHOWN = 30
OURS = "mlflow."


@require_safe
def run_detail(request: AuthenticatedRequest, slug: str, run_id: str) -> HttpResponse:
    """One run with all it declared; while it is going, the page asks for what is new."""
    project = get_project(request.user, slug)
    run = _run(project, run_id)
    if request.htmx and not request.htmx.history_restore_request:
        return _renewed(request, project, run)
    entries, seal = run_page.entries_of(project, run), run_page.seal_of(project, run)
    context = _live(request, project, run) | {
        "versions": ModelVersion.objects.live().filter(run=run).listed().order_by("-number"),
        "seal": seal,
        "sealed": lines([seal.entry])[0] if seal else None,
        "journal": lines(entries),
        "note_form": NoteForm(initial={"note": run.note}),
        "reason_form": RunReasonForm(),
    }
    return render(request, "registry/run_detail.html", context)


@require_safe
def run_history(request: AuthenticatedRequest, slug: str, run_id: str) -> StreamingHttpResponse:
    """Every point of one metric as CSV."""
    project = get_project(request.user, slug)
    run = _run(project, run_id)
    points = RunMetric.objects.filter(run=run, key=_plain(request.GET.get("key", "")))
    response = StreamingHttpResponse(history_lines(points), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{run.run_id}-history.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def run_file(request: AuthenticatedRequest, slug: str, run_id: str) -> HttpResponseBase:
    """A file of a run, or of a logged model that it brought forth or used, as an attachment."""
    project = get_project(request.user, slug)
    run = _run(project, run_id)
    owner: Run | LoggedModel = run
    if model_id := _plain(request.GET.get("model", "")):
        owner = next((model for model in run_page.models_of(run) if model.model_id == model_id), None) or _gone()
    try:
        file = artifacts.find(owner, _plain(request.GET.get("path", "")))
    except artifacts.NoSuchArtifact as reason:
        raise Http404(str(reason)) from reason
    response = attachment(file.sha256, file.path.rpartition("/")[2])
    response["Content-Length"] = str(file.size)
    return response


@require_POST
def run_note(request: AuthenticatedRequest, slug: str, run_id: str) -> HttpResponse:
    """Write what is to be known about a run."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    run, form = _run(project, run_id), NoteForm(request.POST)
    if not form.is_valid():
        _tell(request, form)
    else:
        try:
            tags.set_one(project, run.run_id, key=tags.NOTE, value=form.cleaned_data["note"], by=request.user)
        except open_runs.RunDeleted:
            messages.error(request, "The run is deleted. Restore it before you write about it.")
        else:
            messages.success(request, "The note is saved.")
    return redirect("registry:run-detail", slug, run_id)


@require_POST
def run_delete(request: AuthenticatedRequest, slug: str, run_id: str) -> HttpResponse:
    """Set a run aside; it can come back."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    run, form = _run(project, run_id), RunReasonForm(request.POST)
    if not form.is_valid():
        _tell(request, form)
    else:
        try:
            runs.delete(project, run.run_id, by=request.user, reason=form.cleaned_data["reason"])
        except dependants.InUse as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, f"{run.name} is deleted. It can be restored here.")
    return redirect("registry:run-detail", slug, run_id)


@require_POST
def run_restore(request: AuthenticatedRequest, slug: str, run_id: str) -> HttpResponse:
    """Take a deleted run back."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    run = _run(project, run_id)
    runs.restore(project, run.run_id, by=request.user)
    messages.success(request, f"{run.name} is back.")
    return redirect("registry:run-detail", slug, run_id)


def _renewed(request: AuthenticatedRequest, project: Project, run: Run) -> HttpResponse:
    context = _live(request, project, run)
    response = render(request, "registry/_run_live.html", context)
    if not context["is_live"]:
        response.status_code = STOP_POLLING
    if not run.is_open:
        # The end brings more than figures: the seal, and what can be done now.
        response["HX-Refresh"] = "true"
    return response


def _live(request: AuthenticatedRequest, project: Project, run: Run) -> dict[str, Any]:
    """What a script adds to while the run is going."""
    # What draws takes longer to load than everything else here, and scripts only ever write a link to this page.
    from registry.run_charts.lines import charts  # noqa: PLC0415

    by = TIME if request.GET.get("x") == TIME else STEP
    most = MOST_CHARTS_EVER if request.GET.get("charts") == "all" else MOST_CHARTS
    keys, models = keys_over([run]), run_page.models_of(run)
    files, file_count = run_page.files_of(run, models)
    own_tags = list(run.tags.all())
    children = run.children.active().order_by("created_at", "pk")
    return {
        "project": project,
        "run": run,
        # A search that waits for its children says nothing itself.
        "is_live": run.is_live or (run.is_open and run.children.live().exists()),
        "charts": charts([run], keys[:most], by=by),
        "charts_left_out": max(0, len(keys) - most),
        "by": by,
        "tags": [tag for tag in own_tags if not tag.key.startswith(OURS)],
        "client_tags": [tag for tag in own_tags if tag.key.startswith(OURS)],
        "inputs": run.datasets.select_related("dataset__project"),
        "models": models,
        "files": files,
        "file_count": file_count,
        "children": children[:CHILDREN_SHOWN],
        "child_count": children.count(),
        "tab": "models",
    }


def _run(project: Project, run_id: str) -> Run:
    listed = Run.objects.select_related("experiment", "environment", "created_by", "parent")
    found = listed.prefetch_related("params", "latest_metrics")
    return get_object_or_404(found, experiment__project=project, run_id=run_id)


def _gone() -> LoggedModel:
    raise Http404("This run has no such logged model.")


def _plain(text: str) -> str:
    """The text without what no database keeps."""
    return text.replace("\0", "")


def _tell(request: AuthenticatedRequest, form: forms.Form) -> None:
    for problems in form.errors.values():
        messages.error(request, " ".join(str(problem) for problem in problems))
