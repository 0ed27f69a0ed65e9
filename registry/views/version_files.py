from django.contrib import messages
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from registry import version_files
from registry.models import ModelVersion
from registry.services import containers
from registry.views.environments import text_file
from registry.views.skeletons import root_of


@require_safe
def version_file(request: AuthenticatedRequest, slug: str, name: str, number: int, path: str) -> FileResponse:
    """One file of a version."""
    return version_files.download(_version(request, slug, name, number), path)


@require_safe
def version_zip(request: AuthenticatedRequest, slug: str, name: str, number: int) -> StreamingHttpResponse:
    """Every file of a version in one zip."""
    return version_files.as_zip(_version(request, slug, name, number))


@require_safe
def version_dockerfile(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """A Dockerfile that serves a version."""
    version = _version(request, slug, name, number)
    try:
        return text_file(containers.dockerfile_of(version, server=root_of(request)), name="Dockerfile")
    except containers.NoEnvironment as reason:
        messages.error(request, str(reason))
        return redirect(version)


def _version(request: AuthenticatedRequest, slug: str, name: str, number: int) -> ModelVersion:
    project = get_project(request.user, slug)
    found = ModelVersion.objects.select_related("model__project", "environment")
    return get_object_or_404(found, model__project=project, model__name=name, number=number)
