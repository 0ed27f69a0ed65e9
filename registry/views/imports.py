from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from outside.client import NotFound, Refused
from registry.import_forms import ChoiceForm, ServerForm
from registry.mlflow_import import contents
from registry.models import MlflowServer, MlflowSync
from registry.services import imports

SYNCS_PER_PAGE = 30


@require_safe
def import_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The MLflow servers of a project, and what was taken over from them."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    servers = MlflowServer.objects.filter(project=project, removed_at__isnull=True).select_related("added_by")
    syncs = MlflowSync.objects.filter(server__project=project).select_related("server", "job", "requested_by")
    context = {
        "project": project,
        "servers": servers,
        "page": Paginator(syncs, SYNCS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "registry/import_list.html", context)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def server_create(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Name a server to take records over from."""
    project = get_project(request.user, slug, needs=Permission.MANAGE_PROJECT)
    form = ServerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            server = imports.add_server(project, by=request.user, **form.cleaned_data)
        except (Refused, NotFound, imports.UnusableAddress, imports.KnownServer) as reason:
            form.add_error("url", str(reason))
        except imports.UnusableSecret as reason:
            form.add_error("secret", str(reason))
        except imports.TooMany as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, f"{server.url} is added. Test the connection, or choose what to take over.")
            return redirect("registry:import-list", slug)
    context = {"project": project, "form": form}
    return render(request, "registry/import_server_form.html", context, status=422 if form.errors else 200)


@require_POST
def server_test(request: AuthenticatedRequest, slug: str, server_id: int) -> HttpResponse:
    """Ask a server who it is."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    try:
        said = contents.greet(_server(project, server_id))
    except contents.NotReadable as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, said)
    return redirect("registry:import-list", slug)


@require_POST
def server_remove(request: AuthenticatedRequest, slug: str, server_id: int) -> HttpResponse:
    """Take nothing over from a server any more."""
    project = get_project(request.user, slug, needs=Permission.MANAGE_PROJECT)
    server = _server(project, server_id)
    try:
        imports.remove_server(server, by=request.user)
    except imports.StillRunning as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"{server.url} is removed. What came from it stays.")
    return redirect("registry:import-list", slug)


@require_http_methods(["GET", "POST"])
def import_choose(request: AuthenticatedRequest, slug: str, server_id: int) -> HttpResponse:
    """What a server holds, to choose from, and the start of a sync."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    server = _server(project, server_id)
    if request.method == "POST" and request.POST.get("all"):
        return _start(request, project, server, all_of_it=True)
    try:
        there = contents.preview(server)
    except contents.NotReadable as reason:
        context = {"project": project, "server": server, "problem": str(reason)}
        return render(request, "registry/import_choose.html", context)
    form = ChoiceForm(request.POST if request.method == "POST" else None, there=there)
    if request.method == "POST" and form.is_valid():
        if any(form.cleaned_data.values()):
            return _start(request, project, server, **form.cleaned_data)
        form.add_error(None, "Choose at least one experiment or one model.")
    context = {"project": project, "server": server, "there": there, "form": form}
    return render(request, "registry/import_choose.html", context, status=422 if form.errors else 200)


@require_safe
def sync_detail(request: AuthenticatedRequest, slug: str, sync_id: int) -> HttpResponse:
    """One sync: how far it is, or what it brought and what it did not."""
    project = get_project(request.user, slug)
    sync = get_object_or_404(_syncs(project), pk=sync_id)
    kinds = ("experiment", "run", "logged_model", "model", "version")
    ways = ("new", "changed", "known", "refused", "deleted there")
    counts = [
        (kind.replace("_", " ").capitalize() + "s", [sync.counts.get(kind, {}).get(way, 0) for way in ways])
        for kind in kinds
        if kind in sync.counts
    ]
    context = {"project": project, "sync": sync, "job": sync.job, "counts": counts}
    return render(request, "registry/sync_detail.html", context)


@require_POST
def sync_again(request: AuthenticatedRequest, slug: str, sync_id: int) -> HttpResponse:
    """Take over what is new or has changed since."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    sync = get_object_or_404(_syncs(project).filter(server__removed_at__isnull=True), pk=sync_id)
    try:
        again = imports.sync_again(sync, by=request.user)
    except imports.StillRunning as reason:
        messages.error(request, str(reason))
        return redirect("registry:sync-detail", slug, sync_id)
    return redirect("registry:sync-detail", slug, again.pk)


def _start(
    request: AuthenticatedRequest,
    project: Project,
    server: MlflowServer,
    *,
    experiments: list[str] | None = None,
    models: list[str] | None = None,
    all_of_it: bool = False,
) -> HttpResponse:
    try:
        sync = imports.request_sync(
            server, by=request.user, experiments=experiments or [], models=models or [], all_of_it=all_of_it
        )
    except (imports.StillRunning, imports.NothingChosen) as reason:
        messages.error(request, str(reason))
        return redirect("registry:import-list", project.slug)
    return redirect("registry:sync-detail", project.slug, sync.pk)


def _server(project: Project, server_id: int) -> MlflowServer:
    found = MlflowServer.objects.filter(project=project, removed_at__isnull=True).select_related("project")
    return get_object_or_404(found, pk=server_id)


def _syncs(project: Project) -> QuerySet[MlflowSync]:
    found = MlflowSync.objects.filter(server__project=project)
    return found.select_related("server__project", "job__project", "job__requested_by", "requested_by")
