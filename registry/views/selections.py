from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from registry.models import Run, SelectionRecord

SELECTIONS_PER_PAGE = 50


@require_safe
def selection_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Every choice of a run that was recorded in the project, the latest first."""
    project = get_project(request.user, slug)
    listed = SelectionRecord.objects.filter(project=project).listed()
    page = Paginator(listed, SELECTIONS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/selection_list.html", {"project": project, "page": page, "tab": "models"})


@require_safe
def selection_detail(request: AuthenticatedRequest, slug: str, selection_id: int) -> HttpResponse:
    """One choice: the reason, and the candidates as they stood then."""
    project = get_project(request.user, slug)
    selection = get_object_or_404(SelectionRecord.objects.listed(), project=project, pk=selection_id)
    known = Run.objects.filter(run_id__in=[one["run_id"] for one in selection.candidates])
    context = {
        "project": project,
        "selection": selection,
        "rows": [(one, [one["params"].get(key) for key in selection.keys]) for one in selection.candidates],
        "known": set(known.values_list("run_id", flat=True)),
        "versions": selection.chosen.versions.listed().order_by("-number"),
        "tab": "models",
    }
    return render(request, "registry/selection_detail.html", context)
