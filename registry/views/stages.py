from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from registry import tenures
from registry.models import RegisteredModel, Stage

ASKED_FIRST = "production"
MODELS_OFFERED = 500


@require_safe
def stage_at(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Which version held a stage on a day, who approved it, and on what evidence."""
    project = get_project(request.user, slug)
    stages = list(Stage.objects.all())
    wanted = request.GET.get("stage") or ASKED_FIRST
    stage = next((one for one in stages if one.key == wanted), stages[-1] if stages else None)
    models = list(RegisteredModel.objects.filter(project=project).select_related("project")[:MODELS_OFFERED])
    name = request.GET.get("model", "")
    model = next((one for one in models if one.name == name), None)
    problem, answer = "", None
    try:
        period = tenures.period_of(request.GET.get("at") or f"{timezone.localdate()}")
        answer = tenures.holders(project, stage, period, model=model) if stage else None
    except tenures.InvalidMoment as reason:
        problem = str(reason)
    context = {
        "project": project,
        "stages": stages,
        "stage": stage,
        "models": models,
        "model": model,
        "at": request.GET.get("at") or f"{timezone.localdate()}",
        "today": f"{timezone.localdate()}",
        "answer": answer,
        "problem": problem,
        "tab": "models",
    }
    return render(request, "registry/stage_at.html", context, status=422 if problem else 200)
