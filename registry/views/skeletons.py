from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from registry.services.skeletons import hand_out
from registry.skeleton.forms import SkeletonForm


@require_safe
def skeleton(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Choose what the skeleton is set up for, and see what it holds."""
    project = get_project(request.user, slug)
    form = SkeletonForm(project=project)
    newest = form.fields["environment"].queryset.first()  # type: ignore[attr-defined]  # a ModelChoiceField
    form.initial = {"environment": newest, **request.GET.dict()}
    return _page(request, project, form)


@require_safe
def skeleton_file(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The skeleton as a zip."""
    project = get_project(request.user, slug)
    form = SkeletonForm(request.GET, project=project)
    if not form.is_valid():
        return _page(request, project, form, status=422)
    return zip_response(project, hand_out(project, by=request.user, url=root_of(request), **form.cleaned_data))


def zip_response(project: Project, content: bytes) -> HttpResponse:
    """A zip as a download."""
    response = HttpResponse(content, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{project.slug}-skeleton.zip"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def root_of(request: AuthenticatedRequest) -> str:
    """The address that this server was asked under."""
    return request.build_absolute_uri("/").rstrip("/")


def _page(request: AuthenticatedRequest, project: Project, form: SkeletonForm, *, status: int = 200) -> HttpResponse:
    return render(request, "registry/skeleton.html", {"project": project, "form": form, "tab": "canvas"}, status=status)
