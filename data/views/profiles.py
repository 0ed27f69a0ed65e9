from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data.models import Dataset
from data.overlap_rows import overlaps_of
from data.profile_page import SORTS, label_bars, rows_of
from data.rows import RowsNotHere
from data.services import profiles

PER_PAGE = 60


@require_http_methods(["GET", "POST"])
def dataset_profile(request: HttpRequest, slug: str, dataset_id: int) -> HttpResponse:
    """What a worker found in a snapshot's rows; posting asks for it again."""
    user = signed_in(request)
    needs = Permission.EDIT_DATA if request.method == "POST" else Permission.VIEW
    project = get_project(user, slug, needs=needs)
    dataset = get_object_or_404(Dataset.objects.select_related("project", "schema"), project=project, pk=dataset_id)
    if request.method != "POST":
        return _render(request, project, dataset)
    try:
        profiles.request_profile(dataset, by=user)
    except RowsNotHere as reason:
        messages.error(request, str(reason))
    return redirect("data:dataset-profile", project.slug, dataset.pk)


def _render(request: HttpRequest, project: Project, dataset: Dataset) -> HttpResponse:
    profile = profiles.newest(dataset)
    latest = dataset.profiles.select_related("job__project", "job__requested_by").first()
    overlaps = overlaps_of(dataset)
    sort, wanted = request.GET.get("sort", ""), request.GET.get("q", "").strip()
    warned = request.GET.get("warned") == "1"
    rows = rows_of(profile, sort=sort, wanted=wanted, warned=warned) if profile else []
    context = {
        "project": project,
        "dataset": dataset,
        "profile": profile,
        "latest": latest,
        "overlaps": overlaps,
        "sentences": [sentence for overlap in overlaps for sentence in overlap.sentences],
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "found": len(rows),
        "sort": sort,
        "sorts": SORTS,
        "q": wanted,
        "warned": warned,
        "label": label_bars(profile) if profile else None,
    }
    return render(request, "data/dataset_profile.html", context)
