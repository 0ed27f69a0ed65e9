import json
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from data.downloads import attachment
from data.storage import TooLarge
from data.uploads import sent_name
from registry.exchange.layout import InvalidArchive
from registry.exchange_forms import ArchiveForm, RestoreForm
from registry.models import ModelArchive, ModelExport, RegisteredModel
from registry.services import exports, restores, versions

PER_PAGE = 25
REFUSED = (InvalidArchive, TooLarge, versions.UnusableName)


@require_http_methods(["GET", "POST"])
def export_list(request: AuthenticatedRequest, slug: str, name: str) -> HttpResponse:
    """The exports of a model, and the way to ask for one."""
    writes = request.method == "POST"
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS if writes else Permission.VIEW)
    models = RegisteredModel.objects.live().filter(project=project)
    model = get_object_or_404(models.select_related("project"), name=name)
    if writes:
        try:
            exports.request_export(model, by=request.user)
        except exports.NothingToExport as reason:
            messages.error(request, str(reason))
        return redirect("registry:export-list", slug, name)
    listed = model.exports.select_related("job__project", "job__requested_by", "requested_by")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {"project": project, "model": model, "page": page, "has_versions": model.versions.live().exists()}
    return render(request, "registry/export_list.html", context)


@require_safe
def export_file(request: AuthenticatedRequest, slug: str, name: str, export_id: int) -> FileResponse:
    """The file of a finished export."""
    project = get_project(request.user, slug)
    export = get_object_or_404(ModelExport, model__project=project, model__name=name, pk=export_id)
    return export_download(export)


def export_download(export: ModelExport) -> FileResponse:
    """An export's file as an attachment; 404 until it is made."""
    if not export.sha256:
        raise Http404("This export has no file yet.")
    response = attachment(export.sha256, export.file_name)
    response["Content-Length"] = str(export.size)
    return response


@require_http_methods(["GET", "POST"])
def archive_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Exported models that were brought in, and the way to bring one in."""
    writes = request.method == "POST"
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS if writes else Permission.VIEW)
    form = ArchiveForm(request.POST, request.FILES) if writes else ArchiveForm()
    if writes and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            archive = restores.receive(project, file, file_name=sent_name(file), by=request.user)
        except REFUSED as reason:
            form.add_error("file", str(reason))
        else:
            return redirect(archive)
    listed = project.model_archives.select_related("brought_by", "model__project").defer("history", "origins")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {"project": project, "form": form, "page": page}
    return render(request, "registry/archive_list.html", context, status=422 if form.errors else 200)


@require_safe
def archive_detail(request: AuthenticatedRequest, slug: str, archive_id: UUID) -> HttpResponse:
    """What an archive holds, what it would become here, and what became of it."""
    project = get_project(request.user, slug)
    return _render(request, project, _archive(project, archive_id))


@require_POST
def archive_restore(request: AuthenticatedRequest, slug: str, archive_id: UUID) -> HttpResponse:
    """Have an archive restored."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    archive = _archive(project, archive_id)
    form = RestoreForm(request.POST)
    if not form.is_valid():
        return _render(request, project, archive, form=form, status=422)
    try:
        restores.request_restore(archive, name=form.cleaned_data["name"], by=request.user)
    except restores.CannotRestore as reason:
        form.add_error("name", str(reason))
        return _render(request, project, archive, form=form, status=422)
    except restores.AlreadyRestored as reason:
        messages.info(request, str(reason))
    return redirect(archive)


@require_safe
def archive_history(request: AuthenticatedRequest, slug: str, archive_id: UUID) -> HttpResponse:
    """What people decided elsewhere, word for word."""
    archive = _archive(get_project(request.user, slug), archive_id)
    text = json.dumps(archive.history, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="history.json"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _archive(project: Project, archive_id: UUID) -> ModelArchive:
    known = ModelArchive.objects.select_related(
        "project", "brought_by", "restored_by", "model__project", "job__project", "job__requested_by"
    )
    return get_object_or_404(known, project=project, pk=archive_id)


def _render(
    request: HttpRequest, project: Project, archive: ModelArchive, *, form: RestoreForm | None = None, status: int = 200
) -> HttpResponse:
    waits = archive.state in (ModelArchive.State.CHECKED, ModelArchive.State.FAILED)
    planned = restores.plan(project, archive.name, archive.summary["versions"]) if waits else []
    becomes = {one.number: one for one in planned}
    became = {one["number"]: one for one in archive.origins}
    rows = [
        {"said": one, "plan": becomes.get(one["number"]), "became": became.get(one["number"])}
        for one in archive.summary["versions"]
    ]
    context = {
        "project": project, "archive": archive, "rows": rows, "waits": waits, "history": archive.history,
        "form": form or RestoreForm(initial={"name": archive.name}),
        "earlier": project.model_archives.filter(sha256=archive.sha256, state="restored").exclude(pk=archive.pk).first(),
    }  # fmt: skip
    return render(request, "registry/archive_detail.html", context, status=status)
