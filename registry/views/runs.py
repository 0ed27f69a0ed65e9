from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from registry.models import Experiment, ModelVersion, Run

RUNS_PER_PAGE = 50


@require_safe
def run_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The candidates that were tried, with their parameters and what they declared."""
    project = get_project(request.user, slug)
    runs = Run.objects.filter(experiment__project=project).listed()
    wanted = request.GET.get("experiment", "")
    experiments = Experiment.objects.filter(project=project)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        runs = runs.filter(experiment__in=experiments.filter(pk=int(wanted)))
    context = {
        "project": project,
        "page": Paginator(runs, RUNS_PER_PAGE).get_page(request.GET.get("page")),
        "experiments": experiments,
        "wanted": wanted,
        "tab": "models",
    }
    return render(request, "registry/run_list.html", context)


@require_safe
def run_detail(request: AuthenticatedRequest, slug: str, run_id: str) -> HttpResponse:
    """One run with all it declared, and the versions that came of it."""
    project = get_project(request.user, slug)
    run = get_object_or_404(Run.objects.listed(), experiment__project=project, run_id=run_id)
    versions = ModelVersion.objects.filter(run=run).listed().order_by("-number")
    context = {"project": project, "run": run, "versions": versions, "tab": "models"}
    return render(request, "registry/run_detail.html", context)
