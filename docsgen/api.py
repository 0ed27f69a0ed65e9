from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.models import Project
from canvas.roles import Permission
from data.models import Dataset
from docsgen import services
from docsgen.documents import DATASET, DOCUMENTS
from docsgen.models import Document
from docsgen.serializers import DocumentRequestSerializer, DocumentSerializer
from docsgen.views import FileAltered, file_of
from registry.models import ModelVersion


class DocumentList(ProjectAPIView):
    """A project's documents."""

    @extend_schema(responses=DocumentSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List documents, newest first."""
        project = self.get_project(slug)
        listed = Document.objects.listed().filter(project=project)
        pages = Pages()
        page = pages.paginate_queryset(listed, request, view=self)
        return pages.get_paginated_response(DocumentSerializer(page, many=True).data)

    @extend_schema(request=DocumentRequestSerializer, responses={202: DocumentSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Ask for a document; a worker makes it."""
        project = self.get_project(slug, needs=Permission.CREATE_DOCUMENTS)
        sent = DocumentRequestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        document = self._request(project, sent.validated_data)
        return Response(DocumentSerializer(document).data, status=status.HTTP_202_ACCEPTED)

    def _request(self, project: Project, told: dict[str, Any]) -> Document:
        if DOCUMENTS[told["kind"]].about == DATASET:
            dataset = get_object_or_404(Dataset, project=project, pk=told["dataset"])
            return services.request_datasheet(dataset, kind=told["kind"], by=self.user)
        version = get_object_or_404(
            ModelVersion, model__project=project, model__name=told["model"], number=told["version"]
        )
        return services.request_document(version, kind=told["kind"], by=self.user)


class DocumentDetail(ProjectAPIView):
    """One document."""

    @extend_schema(responses=DocumentSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Where a document stands."""
        project = self.get_project(slug)
        document = get_object_or_404(Document.objects.listed(), project=project, number=number)
        return Response(DocumentSerializer(document).data)


class DocumentFile(ProjectAPIView):
    """An issued document's file."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str, number: int, form: str) -> FileResponse | HttpResponse:
        """Download the document as pdf, html or json, byte for byte as it was stored."""
        project = self.get_project(slug)
        documents = Document.objects.select_related("version__model", "dataset")
        try:
            return file_of(get_object_or_404(documents, project=project, number=number), form)
        except FileAltered as reason:
            raise Conflict(str(reason)) from reason
