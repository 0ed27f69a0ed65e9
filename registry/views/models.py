from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from registry.forms import ModelForm, TaskForm
from registry.models import AliasMove, RegisteredModel, StageAssignment
from registry.services import aliases, models, protection

MODELS_PER_PAGE = 50
VERSIONS_PER_PAGE = 50
MOVES_PER_PAGE = 30
LATEST_MOVES = 10
REMOVED = "removed"


@require_safe
def model_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The project's models, each with its latest version and its aliases."""
    project = get_project(request.user, slug)
    sought = request.GET.get("q", "").replace("\0", "").strip()[:200]
    kept = request.GET.get("show") != REMOVED
    models = RegisteredModel.objects.filter(project=project, removed_at__isnull=kept)
    if sought:
        models = models.mentioning(sought)
    page = Paginator(models.listed().prefetch_related("tags").order_by("name"), MODELS_PER_PAGE)
    moves = AliasMove.objects.filter(model__project=project).select_related(
        "model__project", "from_version", "to_version", "by", "promotion__project"
    )
    context = {
        "project": project,
        "page": page.get_page(request.GET.get("page")),
        "sought": sought,
        "is_removed": not kept,
        "removed_count": RegisteredModel.objects.filter(project=project, removed_at__isnull=False).count(),
        "alias_moves": moves[:LATEST_MOVES],
    }
    return render(request, "registry/model_list.html", context)


@require_http_methods(["GET", "POST"])
def model_create(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Register a model by name."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    form = ModelForm(request.POST if request.method == "POST" else None, initial={"task": project.task})
    if request.method != "POST" or not form.is_valid():
        return _render_form(request, project, form)
    try:
        model = models.register_model(project, by=request.user, **form.cleaned_data)
    except (models.ModelNameTaken, models.UnusableModelName) as reason:
        form.add_error("name", str(reason))
    except models.TaskMismatch as reason:
        form.add_error("task", str(reason))
    else:
        messages.success(request, f"{model.name} is registered. Add its first version.")
        return redirect(model)
    return _render_form(request, project, form)


@require_safe
def model_detail(request: AuthenticatedRequest, slug: str, name: str) -> HttpResponse:
    """One model: its versions, aliases, and which version held which stage."""
    project = get_project(request.user, slug)
    model = get_object_or_404(RegisteredModel.objects.listed(), project=project, name=name)
    versions = model.versions.listed().prefetch_related("tags").order_by("-number")
    removed = versions.filter(removed_at__isnull=False).count()
    with_removed = request.GET.get("show") == REMOVED or model.removed_at is not None
    if not with_removed:
        versions = versions.live()
    moves = StageAssignment.objects.filter(version__model=model).select_related(
        "version__model__project", "stage", "assigned_by", "promotion__project"
    )
    context = {
        "project": project,
        "model": model,
        "page": Paginator(versions, VERSIONS_PER_PAGE).get_page(request.GET.get("page")),
        "moves": Paginator(moves, MOVES_PER_PAGE).get_page(request.GET.get("moves")),
        "removed_count": removed,
        "with_removed": with_removed,
        "latest": list(model.versions.live().order_by("-number").values_list("number", flat=True)[:2]),
        "tags": list(model.tags.all()),
        "alias_moves": model.alias_moves.select_related("from_version", "to_version", "by", "promotion__project")[
            :LATEST_MOVES
        ],
        "task_form": TaskForm(initial={"task": project.task}),
        "protected": protection.protected_names(),
    }
    return render(request, "registry/model_detail.html", context)


@require_POST
def model_task(request: AuthenticatedRequest, slug: str, name: str) -> HttpResponse:
    """Decide what a model predicts, where nobody had."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    model = get_object_or_404(RegisteredModel.objects.select_related("project"), project=project, name=name)
    form = TaskForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Choose what {model.name} predicts.")
        return redirect(model)
    try:
        models.decide_task(model, task=form.cleaned_data["task"], by=request.user)
    except (models.TaskDecided, models.TaskMismatch, models.NoSuchModel) as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"It is decided what {model.name} predicts. Its versions can be evaluated now.")
    return redirect(model)


@require_POST
def alias_remove(request: AuthenticatedRequest, slug: str, name: str, alias: str) -> HttpResponse:
    """Take a free alias away."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    model = get_object_or_404(RegisteredModel.objects.select_related("project"), project=project, name=name)
    try:
        aliases.remove(model, name=alias, by=request.user)
    except (protection.Protected, aliases.NoSuchAlias) as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"No version is called {alias} any more.")
    return redirect(model)


def _render_form(request: HttpRequest, project: Project, form: ModelForm) -> HttpResponse:
    context = {"project": project, "form": form}
    return render(request, "registry/model_form.html", context, status=422 if form.errors else 200)
