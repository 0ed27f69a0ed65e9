from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.roles import Permission
from registry import environment_files
from registry.environment_files import UnreadableEnvironment
from registry.environment_forms import EnvironmentForm
from registry.findings import environment_gaps
from registry.models import ModelVersion, TrainingEnvironment
from registry.services.environments import record_environment

ENVIRONMENTS_PER_PAGE = 50


@require_safe
def environment_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The training environments of a project."""
    project = get_project(request.user, slug)
    environments = TrainingEnvironment.objects.filter(project=project).listed()
    page = Paginator(environments, ENVIRONMENTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/environment_list.html", {"project": project, "page": page, "tab": "models"})


@require_safe
def environment_detail(request: AuthenticatedRequest, slug: str, environment_id: int) -> HttpResponse:
    """One training environment, package by package."""
    project = get_project(request.user, slug)
    environment = get_object_or_404(TrainingEnvironment.objects.listed(), project=project, pk=environment_id)
    context = {
        "project": project,
        "environment": environment,
        "packages": [(package, environment_files.is_pinned(package)) for package in environment.packages],
        "gaps": environment_gaps(environment),
        "versions": ModelVersion.objects.filter(environment=environment).listed().order_by("-created_at")[:50],
        "tab": "models",
    }
    return render(request, "registry/environment_detail.html", context)


@require_http_methods(["GET", "POST"])
def environment_create(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Record a training environment from an uploaded file."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    form = EnvironmentForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["file"].name
        try:
            environment = record_environment(project, form.facts, captured_from=name, by=request.user)
        except UnreadableEnvironment as reason:
            form.add_error("file", str(reason))
        else:
            messages.success(request, "The environment is recorded. Choose it when you register a version.")
            return redirect("registry:environment-detail", slug, environment.pk)
    context = {"project": project, "form": form, "tab": "models"}
    return render(request, "registry/environment_form.html", context, status=422 if form.errors else 200)
