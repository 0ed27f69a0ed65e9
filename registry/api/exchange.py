from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, Pages
from canvas.models import Project
from canvas.roles import Permission
from data.uploads import sent_name
from registry.api.base import RegistryAPIView, model_of
from registry.exchange.layout import InvalidArchive
from registry.exchange_serializers import (
    ArchiveDetailSerializer,
    ArchiveInSerializer,
    ArchiveSerializer,
    ExportSerializer,
    RestoreInSerializer,
)
from registry.models import ModelArchive, ModelExport
from registry.services import exports, restores
from registry.views.exchange import export_download


class ExportList(RegistryAPIView):
    """A model as one file."""

    pagination_class = Pages

    @extend_schema(responses=ExportSerializer(many=True), operation_id="model_exports_list")
    def get(self, request: Request, slug: str, name: str) -> Response:
        """List the exports of a model, the latest first."""
        model = model_of(self.get_project(slug), name)
        return self.page(model.exports.select_related("job", "requested_by"), ExportSerializer)

    @extend_schema(request=None, responses={202: ExportSerializer}, operation_id="model_exports_create")
    def post(self, request: Request, slug: str, name: str) -> Response:
        """Ask for an export, or get the one that is under way; read it again until its state is succeeded or failed."""
        model = model_of(self.get_project(slug, needs=Permission.REGISTER_MODELS), name)
        try:
            export = exports.request_export(model, by=self.user)
        except exports.NothingToExport as reason:
            raise Conflict(str(reason)) from reason
        return Response(ExportSerializer(export).data, status=status.HTTP_202_ACCEPTED)


class ExportDetail(RegistryAPIView):
    """One export."""

    @extend_schema(responses=ExportSerializer)
    def get(self, request: Request, slug: str, name: str, export_id: int) -> Response:
        """Read how far an export is, and its SHA-256 once it is made."""
        return Response(ExportSerializer(_export(self.get_project(slug), name, export_id)).data)


class ExportFile(RegistryAPIView):
    """An export's file."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str, name: str, export_id: int) -> FileResponse:
        """Download the file; 404 until it is made."""
        return export_download(_export(self.get_project(slug), name, export_id))


class ArchiveList(RegistryAPIView):
    """Exported models that were brought in."""

    pagination_class = Pages
    parser_classes = [MultiPartParser]

    @extend_schema(responses=ArchiveSerializer(many=True), operation_id="model_archives_list")
    def get(self, request: Request, slug: str) -> Response:
        """List archives, the latest first."""
        listed = self.get_project(slug).model_archives.select_related("brought_by", "restored_by", "model", "job")
        return self.page(listed.defer("history"), ArchiveSerializer)

    @extend_schema(
        request={"multipart/form-data": ArchiveInSerializer}, responses={201: ArchiveDetailSerializer},
        operation_id="model_archives_create",
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """Bring in an exported model; it is checked to its last byte, and restored only when asked for."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        file = self.sent(ArchiveInSerializer, project)["file"]
        try:
            archive = restores.receive(project, file, file_name=sent_name(file), by=self.user)
        except InvalidArchive as reason:
            raise ValidationError({"file": [str(reason)]}) from reason
        return Response(ArchiveDetailSerializer(archive).data, status=status.HTTP_201_CREATED)


class ArchiveDetail(RegistryAPIView):
    """One archive."""

    @extend_schema(responses=ArchiveDetailSerializer)
    def get(self, request: Request, slug: str, archive_id: UUID) -> Response:
        """Read what an archive holds, what it would become here, and what became of it."""
        return Response(ArchiveDetailSerializer(_archive(self.get_project(slug), archive_id)).data)


class ArchiveRestore(RegistryAPIView):
    """The restoring of an archive."""

    @extend_schema(
        request=RestoreInSerializer,
        responses={202: ArchiveSerializer, 409: OpenApiResponse(description="It was restored already.")},
    )
    def post(self, request: Request, slug: str, archive_id: UUID) -> Response:
        """Have an archive restored; read it again until its state is restored or failed."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        archive, sent = _archive(project, archive_id), self.sent(RestoreInSerializer, project)
        try:
            archive = restores.request_restore(archive, name=sent.get("name") or archive.name, by=self.user)
        except restores.CannotRestore as reason:
            raise ValidationError({"name": [str(reason)]}) from reason
        except restores.AlreadyRestored as reason:
            raise Conflict(str(reason)) from reason
        return Response(ArchiveSerializer(archive).data, status=status.HTTP_202_ACCEPTED)


def _export(project: Project, name: str, export_id: int) -> ModelExport:
    known = ModelExport.objects.select_related("job", "requested_by", "model")
    return get_object_or_404(known, model__project=project, model__name=name, pk=export_id)


def _archive(project: Project, archive_id: UUID) -> ModelArchive:
    known = ModelArchive.objects.select_related("project", "brought_by", "restored_by", "model", "job")
    return get_object_or_404(known, project=project, pk=archive_id)
