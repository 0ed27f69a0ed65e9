from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from registry import environment_files
from registry.environment_files import UnreadableEnvironment
from registry.environment_forms import EnvironmentForm, named
from registry.environments import comparison, exports, vulnerabilities
from registry.findings import environment_gaps
from registry.models import ModelVersion, ServingStatement, TrainingEnvironment
from registry.services.environments import record_environment

ENVIRONMENTS_PER_PAGE = 50
USES_SHOWN = 50
OFFERED = 200


@require_safe
def environment_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The environments of a project."""
    project = get_project(request.user, slug)
    environments = TrainingEnvironment.objects.filter(project=project).listed()
    page = Paginator(environments, ENVIRONMENTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/environment_list.html", {"project": project, "page": page, "tab": "models"})


@require_safe
def environment_detail(request: AuthenticatedRequest, slug: str, environment_id: int) -> HttpResponse:
    """One environment, package by package, with who used it and what is known against it."""
    project = get_project(request.user, slug)
    environment = _environment(project, environment_id)
    others = TrainingEnvironment.objects.filter(project=project).exclude(pk=environment.pk)[:OFFERED]
    context = {
        "project": project,
        "environment": environment,
        "packages": [(package, environment_files.is_pinned(package)) for package in environment.packages],
        "gaps": environment_gaps(environment),
        "report": vulnerabilities.report_on(environment.packages, path=settings.VULNERABILITIES),
        "versions": ModelVersion.objects.filter(environment=environment).listed().order_by("-created_at")[:USES_SHOWN],
        "runs": environment.runs.order_by("-created_at")[:USES_SHOWN],
        "served": _served_in(environment)[:USES_SHOWN],
        "others": [(other.pk, named(other)) for other in others],
        "tab": "models",
    }
    return render(request, "registry/environment_detail.html", context)


@require_safe
def environment_compare(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Two environments side by side; without two, the form to choose them."""
    project = get_project(request.user, slug)
    offered = {other.pk: named(other) for other in TrainingEnvironment.objects.filter(project=project)[:OFFERED]}
    chosen = [_environment(project, number) for number in chosen_ids(request.GET.getlist("e"))]
    offered |= {one.pk: named(one) for one in chosen}
    context = {
        "project": project,
        "offered": offered.items(),
        "chosen": chosen,
        "difference": comparison.compare(*chosen) if len(chosen) == 2 else None,
        "tab": "models",
    }
    return render(request, "registry/environment_compare.html", context)


@require_safe
def environment_requirements(request: AuthenticatedRequest, slug: str, environment_id: int) -> HttpResponse:
    """The packages as requirements.txt."""
    environment = _environment(get_project(request.user, slug), environment_id)
    return text_file(exports.requirements(environment), name="requirements.txt")


@require_safe
def environment_conda(request: AuthenticatedRequest, slug: str, environment_id: int) -> HttpResponse:
    """The environment as conda's environment.yaml."""
    environment = _environment(get_project(request.user, slug), environment_id)
    return text_file(exports.conda(environment), name="environment.yaml")


@require_http_methods(["GET", "POST"])
def environment_create(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Record an environment from an uploaded file."""
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


def chosen_ids(sent: list[str]) -> list[int]:
    """The first two different ids of an address; whatever is no id is passed over."""
    numbers = [int(text) for text in sent if text.isascii() and text.isdigit() and len(text) < 19]
    return list(dict.fromkeys(numbers))[:2]


def text_file(text: str, *, name: str) -> HttpResponse:
    """A text as a download."""
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _environment(project: Project, environment_id: int) -> TrainingEnvironment:
    return get_object_or_404(TrainingEnvironment.objects.listed(), project=project, pk=environment_id)


def _served_in(environment: TrainingEnvironment) -> QuerySet[ServingStatement]:
    # What holds stands first, then what ended last.
    stated = environment.serving_statements.with_end().select_related("version__model__project")
    return stated.order_by(F("until").desc(nulls_first=True), "-stated_at", "-pk")
