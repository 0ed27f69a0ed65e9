from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from registry.models import Experiment
from registry.run_forms import ExperimentForm
from registry.services import dependants, experiments

EXPERIMENTS_PER_PAGE = 50
DELETED = "deleted"


@require_http_methods(["GET", "HEAD", "POST"])
def experiment_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The groups of a project's runs, and a new one."""
    is_post = request.method == "POST"
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS if is_post else Permission.VIEW)
    form = ExperimentForm(request.POST if is_post else None)
    if is_post and form.is_valid():
        try:
            experiment = experiments.create(project, name=form.cleaned_data["name"], by=request.user)
        except experiments.ExperimentNameTaken as reason:
            form.add_error("name", str(reason))
        else:
            messages.success(request, f"The experiment {experiment.name} is made.")
            return redirect("registry:experiment-list", slug)
    shown = request.GET.get("shown") == DELETED
    listed = Experiment.objects.filter(project=project, deleted_at__isnull=not shown).listed()
    context = {
        "project": project,
        "page": Paginator(listed, EXPERIMENTS_PER_PAGE).get_page(request.GET.get("page")),
        "deleted": Experiment.objects.filter(project=project, deleted_at__isnull=False).count(),
        "is_deleted": shown,
        "form": form,
        "tab": "models",
    }
    return render(request, "registry/experiment_list.html", context, status=422 if form.errors else 200)


@require_POST
def experiment_rename(request: AuthenticatedRequest, slug: str, experiment_id: int) -> HttpResponse:
    """Give an experiment another name."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    experiment, form = _experiment(project, experiment_id), ExperimentForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Type a name of at most 500 characters.")
    else:
        try:
            name = form.cleaned_data["name"]
            experiments.rename(project, experiment.mlflow_id, name=name, by=request.user)
        except (experiments.ExperimentNameTaken, experiments.CannotRename) as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, f"{experiment.name} is called {name} now.")
    return redirect("registry:experiment-list", slug)


@require_POST
def experiment_delete(request: AuthenticatedRequest, slug: str, experiment_id: int) -> HttpResponse:
    """Set an experiment aside with its runs."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    experiment = _experiment(project, experiment_id)
    try:
        experiments.delete(project, experiment.mlflow_id, by=request.user)
    except dependants.InUse as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"{experiment.name} is deleted with its runs. It can be restored.")
    return redirect("registry:experiment-list", slug)


@require_POST
def experiment_restore(request: AuthenticatedRequest, slug: str, experiment_id: int) -> HttpResponse:
    """Take an experiment back with the runs that were set aside along with it."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    experiment = _experiment(project, experiment_id)
    experiments.restore(project, experiment.mlflow_id, by=request.user)
    messages.success(request, f"{experiment.name} is back, with its runs.")
    return redirect("registry:experiment-list", slug)


def _experiment(project: Project, experiment_id: int) -> Experiment:
    return get_object_or_404(Experiment, project=project, pk=experiment_id)
