from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.roles import Permission
from evaluation.outlines import request_outline
from registry.models import ModelOutline, ModelVersion


@require_POST
def outline_read(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """Have the steps of a version's model read, again or for the first time."""
    project = get_project(request.user, slug, needs=Permission.EVALUATE)
    version = get_object_or_404(ModelVersion, model__project=project, model__name=name, number=number)
    outline = request_outline(version, by=request.user)
    if outline.state != ModelOutline.State.RUNNING:
        messages.info(request, outline.reason)
    return redirect("registry:version-outline", slug, name, number)
