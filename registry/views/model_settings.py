from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from registry.forms import ModelEditForm
from registry.models import ModelVersion, RegisteredModel
from registry.services import models, protection, versions


@require_http_methods(["GET", "POST"])
def model_edit(request: AuthenticatedRequest, slug: str, name: str) -> HttpResponse:
    """Rename or describe a model."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    model = _model(project, name)
    form = ModelEditForm(request.POST if request.method == "POST" else None, model=model)
    if request.method != "POST" or not form.is_valid():
        return _render(request, model, form)
    try:
        models.revise(model, by=request.user, **form.cleaned_data)
    except (models.ModelNameTaken, models.UnusableModelName, protection.Protected) as reason:
        form.add_error("name", str(reason))
    else:
        messages.success(request, "The model’s settings are saved.")
        return redirect(RegisteredModel.objects.get(pk=model.pk))
    return _render(request, _model(project, name), form)


@require_POST
def model_remove(request: AuthenticatedRequest, slug: str, name: str) -> HttpResponse:
    """Set a model aside with its versions."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    model = _model(project, name)
    try:
        models.remove(model, by=request.user)
    except (protection.Protected, models.InUse) as reason:
        messages.error(request, str(reason))
        return redirect(model)
    messages.success(request, f"{name} is removed. What was decided about it stays on record.")
    return redirect("registry:model-list", slug)


@require_POST
def version_remove(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """Set a version aside."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    found = ModelVersion.objects.live().select_related("model__project")
    version = get_object_or_404(found, model__project=project, model__name=name, number=number)
    try:
        versions.remove(version, by=request.user)
    except (protection.Protected, models.InUse) as reason:
        messages.error(request, str(reason))
        return redirect(version)
    messages.success(request, f"{version} is removed, and its number is never given again.")
    return redirect(version.model)


def _model(project: Project, name: str) -> RegisteredModel:
    return get_object_or_404(RegisteredModel.objects.live().select_related("project"), project=project, name=name)


def _render(request: HttpRequest, model: RegisteredModel, form: ModelEditForm) -> HttpResponse:
    held = protection.holder_among(model)
    context = {"project": model.project, "model": model, "form": form, "held": held}
    return render(request, "registry/model_edit.html", context, status=422 if form.errors else 200)
