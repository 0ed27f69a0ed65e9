from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from registry import comparison
from registry.models import ModelVersion, RegisteredModel

FEWEST, MOST = 2, 4
OFFERED = 200


@require_safe
def compare(request: AuthenticatedRequest, slug: str, name: str) -> HttpResponse:
    """Two to four versions of a model side by side, field by field; without them, the form to choose."""
    project = get_project(request.user, slug)
    model = get_object_or_404(RegisteredModel.objects.select_related("project"), project=project, name=name)
    versions = chosen_versions(model, request.GET.getlist("v"))
    sections = comparison.sections_of(versions) if len(versions) >= FEWEST else []
    context = {
        "project": project,
        "model": model,
        "versions": versions,
        "sections": sections,
        "changed": sum(len(section.changed) for section in sections),
        "unchanged": sum(len(section.unchanged) for section in sections),
        "offered": list(model.versions.order_by("-number").values_list("number", "removed_at")[:OFFERED]),
        "places": range(MOST),
        "tab": "models",
    }
    return render(request, "registry/version_compare.html", context)


def chosen_versions(model: RegisteredModel, sent: list[str]) -> list[ModelVersion]:
    """The versions that an address names, at most four, in its order; raises Http404 for a number that is not there."""
    numbers = [int(text) for text in sent if text.isascii() and text.isdigit() and len(text) < 10]
    wanted = list(dict.fromkeys(numbers))[:MOST]
    listed = ModelVersion.objects.filter(model=model).listed().prefetch_related("run__latest_metrics")
    return [get_object_or_404(listed, number=number) for number in wanted]
