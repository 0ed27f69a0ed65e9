from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.roles import Permission
from data.uploads import sent_name
from registry.api.base import RegistryAPIView, model_of, version_of
from registry.models import ModelVersion
from registry.serializers import GateSerializer, TagSerializer, VersionInSerializer, VersionSerializer
from registry.services import gates, model_tags, versions
from registry.services.versions import VersionDetails
from registry.views.versions import download


class VersionList(RegistryAPIView):
    """The versions of a model."""

    pagination_class = Pages

    parser_classes = [MultiPartParser]

    @extend_schema(responses=VersionSerializer(many=True), operation_id="versions_list")
    def get(self, request: Request, slug: str, name: str) -> Response:
        """List versions, the latest first."""
        model = model_of(self.get_project(slug), name)
        listed = ModelVersion.objects.filter(model=model).listed().prefetch_related("dataset_links__dataset", "tags")
        return self.page(listed.order_by("-number"), VersionSerializer)

    @extend_schema(request={"multipart/form-data": VersionInSerializer}, responses={201: VersionSerializer})
    def post(self, request: Request, slug: str, name: str) -> Response:
        """Register a version by uploading its file; 409 when the number that is asked for exists."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        model = model_of(project, name)
        said = self.sent(VersionInSerializer, project)
        file, number = said.pop("file"), said.pop("number", None)
        version = versions.register_version(
            model, VersionDetails(**said), file=file, file_name=sent_name(file), number=number, by=self.user
        )
        registered = version_of(project, name, version.number)
        return Response(VersionSerializer(registered).data, status=status.HTTP_201_CREATED)


class VersionDetail(RegistryAPIView):
    """One version."""

    @extend_schema(responses=VersionSerializer)
    def get(self, request: Request, slug: str, name: str, number: int) -> Response:
        """Read a version."""
        return Response(VersionSerializer(version_of(self.get_project(slug), name, number)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, name: str, number: int) -> Response:
        """Remove a version; its number is never given again. 409 while it holds what only a promotion gives."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        versions.remove(version_of(project, name, number), by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class VersionTag(RegistryAPIView):
    """One tag of a version."""

    @extend_schema(request=TagSerializer, responses=VersionSerializer)
    def put(self, request: Request, slug: str, name: str, number: int, key: str) -> Response:
        """Set a tag."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        tags = {key: self.sent(TagSerializer, project)["value"]}
        model_tags.tag_version(version_of(project, name, number), tags=tags, by=self.user)
        return Response(VersionSerializer(version_of(project, name, number)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, name: str, number: int, key: str) -> Response:
        """Take a tag away."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        model_tags.untag_version(version_of(project, name, number), key=key, by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class VersionArtifact(RegistryAPIView):
    """A version's file."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str, name: str, number: int) -> FileResponse:
        """Download the file."""
        return download(version_of(self.get_project(slug), name, number))


class VersionChecks(RegistryAPIView):
    """What is known about a version."""

    questions = ()

    @extend_schema(responses=GateSerializer(many=True), operation_id="versions_checks_list")
    def get(self, request: Request, slug: str, name: str, number: int) -> Response:
        """List every requirement that a stage may ask for, and whether it holds."""
        version = version_of(self.get_project(slug), name, number)
        return Response(GateSerializer(gates.all_gates(version), many=True).data)


class VersionVerify(RegistryAPIView):
    """A second look at a version's file."""

    @extend_schema(request=None, responses=GateSerializer(many=True), operation_id="versions_verify")
    def post(self, request: Request, slug: str, name: str, number: int) -> Response:
        """Read the stored file again, compare its digest, and list the checks as they stand then."""
        project = self.get_project(slug, needs=Permission.EVALUATE)
        version = version_of(project, name, number)
        gates.verify_artifact(version, by=self.user)
        return Response(GateSerializer(gates.all_gates(version), many=True).data)
