from typing import Any

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from registry import version_files
from registry.api.base import RegistryAPIView, version_of
from registry.services import containers
from registry.version_serializers import VersionFileSerializer
from registry.views.environments import text_file


class VersionFiles(RegistryAPIView):
    """The files of a version."""

    @extend_schema(responses=VersionFileSerializer(many=True), operation_id="versions_files_list")
    def get(self, request: Request, slug: str, name: str, number: int) -> Response:
        """List every file that was frozen with the version, with its digest."""
        files: Any = version_files.files_of(version_of(self.get_project(slug), name, number))
        return Response(VersionFileSerializer(files, many=True).data)


class VersionFile(RegistryAPIView):
    """One file of a version."""

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="versions_files_get"
    )
    def get(self, request: Request, slug: str, name: str, number: int, path: str) -> FileResponse:
        """Download it."""
        return version_files.download(version_of(self.get_project(slug), name, number), path)


class VersionZip(RegistryAPIView):
    """All files of a version."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY}, operation_id="versions_files_zip")
    def get(self, request: Request, slug: str, name: str, number: int) -> StreamingHttpResponse:
        """Download them as one zip."""
        return version_files.as_zip(version_of(self.get_project(slug), name, number))


class VersionDockerfile(RegistryAPIView):
    """A Dockerfile that serves a version."""

    @extend_schema(responses={(200, "text/plain"): OpenApiTypes.STR}, operation_id="versions_dockerfile")
    def get(self, request: Request, slug: str, name: str, number: int) -> HttpResponse:
        """Download it; 409 while no environment is recorded."""
        version = version_of(self.get_project(slug), name, number)
        return text_file(
            containers.dockerfile_of(version, server=self.request.build_absolute_uri("/").rstrip("/")),
            name="Dockerfile",
        )
