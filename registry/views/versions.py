from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from data import storage
from data.uploads import sent_name
from registry.archives import ArchiveBomb
from registry.environment_forms import ServingEndForm, ServingForm
from registry.formats import FormatMismatch
from registry.forms import AliasForm, NoteForm, VersionForm
from registry.json_values import NotStorable
from registry.models import ModelVersion, RegisteredModel
from registry.services import aliases, gates, models, protection, serving, versions
from registry.version_page import context_of

REFUSED_FILE = (versions.UnusableName, versions.EmptyFile, storage.TooLarge, FormatMismatch, ArchiveBomb)


@require_http_methods(["GET", "POST"])
def version_create(request: AuthenticatedRequest, slug: str, name: str) -> HttpResponse:
    """Register a version by uploading its file."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    model = get_object_or_404(RegisteredModel.objects.select_related("project"), project=project, name=name)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = VersionForm(*sent, project=project)
    if request.method != "POST" or not form.is_valid():
        return _render_form(request, model, form)
    upload, number = form.cleaned_data["file"], form.cleaned_data["number"]
    try:
        version = versions.register_version(
            model, form.details(), file=upload, file_name=sent_name(upload), number=number, by=request.user
        )
    except REFUSED_FILE as reason:
        form.add_error("file", str(reason))
    except versions.NumberTaken as reason:
        form.add_error("number", str(reason))
        return _render_form(request, model, form, status=409)
    except (versions.InvalidDetails, NotStorable) as reason:
        form.add_error(None, str(reason))
    else:
        messages.success(request, f"{version} is registered. Evaluate it next.")
        return redirect(version)
    return _render_form(request, model, form)


@require_safe
def version_detail(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """Everything about one version: evidence, data, environment, file and where it stands."""
    project = get_project(request.user, slug)
    return _render_version(request, project, _version(project, name, number))


@require_safe
def version_artifact(request: AuthenticatedRequest, slug: str, name: str, number: int) -> FileResponse:
    """The model file, as a download that no browser opens."""
    version = _version(get_project(request.user, slug), name, number)
    return download(version)


@require_POST
def version_verify(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """Read the stored file again and compare its digest."""
    project = get_project(request.user, slug, needs=Permission.EVALUATE)
    version = _version(project, name, number)
    check = gates.verify_artifact(version, by=request.user)
    (messages.success if check.status == check.Status.PASSED else messages.error)(request, check.reason)
    return redirect(version)


@require_POST
def version_alias(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """Point an alias at this version."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    version = _version(project, name, number)
    form = AliasForm(request.POST)
    if not form.is_valid():
        return _render_version(request, project, version, alias_form=form, status=422)
    try:
        alias = aliases.move(version, name=form.cleaned_data["name"], by=request.user)
    except aliases.InvalidAlias as reason:
        form.add_error("name", str(reason))
        return _render_version(request, project, version, alias_form=form, status=422)
    except (protection.Protected, versions.NoSuchVersion, models.NoSuchModel) as reason:
        form.add_error("name", str(reason))
        return _render_version(request, project, version, alias_form=form, status=409)
    messages.success(request, f"“{alias.name}” now points at {version}.")
    return redirect(version)


@require_POST
def version_note(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """Change the note on a version, which is all of it that may change."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    version = _version(project, name, number)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _render_version(request, project, version, note_form=form, status=422)
    try:
        versions.annotate(version, note=form.cleaned_data["note"], by=request.user)
    except (versions.NoSuchVersion, models.NoSuchModel) as reason:
        form.add_error("note", str(reason))
        return _render_version(request, project, version, note_form=form, status=409)
    messages.success(request, "The note is saved.")
    return redirect(version)


@require_POST
def version_serving(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """State where this version is served, and in which environment."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    version = _version(project, name, number)
    form = ServingForm(request.POST, project=project)
    if not form.is_valid():
        return _render_version(request, project, version, serving_form=form, status=422)
    try:
        statement = serving.state(version, by=request.user, **form.cleaned_data)
    except serving.InvalidStatement as reason:
        form.add_error(None, str(reason))
        return _render_version(request, project, version, serving_form=form, status=422)
    messages.success(request, f"It is written down that {version} is served at {statement.place}.")
    return redirect(version)


@require_POST
def version_serving_end(
    request: AuthenticatedRequest, slug: str, name: str, number: int, statement_id: int
) -> HttpResponse:
    """Write down that this version is no longer served where a statement says."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    version = _version(project, name, number)
    form = ServingEndForm(request.POST, statement_id=statement_id)
    if not form.is_valid():
        return _render_version(request, project, version, end_form=form, status=422)
    try:
        statement = serving.end(version, statement_id, by=request.user, **form.cleaned_data)
    except serving.InvalidStatement as reason:
        form.add_error("reason", str(reason))
        return _render_version(request, project, version, end_form=form, status=422)
    except serving.NotServed as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"It is written down that {version} is no longer served at {statement.place}.")
    return redirect(version)


def download(version: ModelVersion) -> FileResponse:
    """A version's file under its own name, typed so that nothing opens it; 404 when the storage lost it."""
    try:
        file = storage.open_file(version.artifact_sha256)
    except storage.Missing as error:
        raise Http404("The file is no longer in the storage.") from error
    response = FileResponse(
        file, as_attachment=True, filename=version.artifact_name, content_type="application/octet-stream"
    )
    response.headers["Content-Security-Policy"] = "sandbox"
    return response


def _version(project: Project, name: str, number: int) -> ModelVersion:
    listed = ModelVersion.objects.listed()
    return get_object_or_404(listed, model__project=project, model__name=name, number=number)


def _render_version(
    request: HttpRequest,
    project: Project,
    version: ModelVersion,
    *,
    alias_form: AliasForm | None = None,
    note_form: NoteForm | None = None,
    serving_form: ServingForm | None = None,
    end_form: ServingEndForm | None = None,
    status: int = 200,
) -> HttpResponse:
    forms = {
        "alias_form": alias_form or AliasForm(),
        "note_form": note_form or NoteForm(initial={"note": version.note}),
        "serving_form": serving_form or ServingForm(project=project),
    }
    context = context_of(project, version, end_form=end_form) | forms
    return render(request, "registry/version_detail.html", context, status=status)


def _render_form(request: HttpRequest, model: RegisteredModel, form: VersionForm, status: int = 0) -> HttpResponse:
    context = {"project": model.project, "model": model, "form": form}
    return render(request, "registry/version_form.html", context, status=status or (422 if form.errors else 200))
