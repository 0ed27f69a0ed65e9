from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.models import Project
from canvas.roles import Permission
from data import storage
from data.api.responses import CONFLICT, paged
from data.downloads import download
from data.models import DataSchema, Dataset
from data.serializers.datasets import DatasetSerializer, DescriptionChangeSerializer, UploadSerializer
from data.services import checks, datasets, schemas
from data.tables import BadFileName, BadTable, MissingLabel
from data.uploads import sent_name


class DatasetList(ProjectAPIView):
    """A project's snapshots."""

    parser_classes = (MultiPartParser,)

    @extend_schema(responses=DatasetSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List snapshots, newest first."""
        return paged(self, _datasets(self.get_project(slug)).order_by("-created_at", "-pk"), DatasetSerializer)

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: DatasetSerializer, 409: CONFLICT})
    def post(self, request: Request, slug: str) -> Response:
        """Upload a CSV or Parquet file as a new snapshot; a first schema is read off it."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = UploadSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        fields: dict[str, Any] = dict(sent.validated_data)
        file = fields.pop("file")
        try:
            dataset = datasets.upload_dataset(project, file=file, file_name=sent_name(file), by=self.user, **fields)
        except MissingLabel as reason:
            raise ValidationError({"label_column": [str(reason)]}) from reason
        except (BadTable, BadFileName, storage.TooLarge) as reason:
            raise ValidationError({"file": [str(reason)]}) from reason
        except datasets.AlreadyUploaded as reason:
            raise Conflict(str(reason)) from reason
        return Response(DatasetSerializer(dataset).data, status=status.HTTP_201_CREATED)


class DatasetDetail(ProjectAPIView):
    """One snapshot."""

    @extend_schema(responses=DatasetSerializer)
    def get(self, request: Request, slug: str, dataset_id: int) -> Response:
        """Read a snapshot's facts."""
        dataset = get_object_or_404(_datasets(self.get_project(slug)), pk=dataset_id)
        return Response(DatasetSerializer(dataset).data)

    @extend_schema(request=DescriptionChangeSerializer, responses={200: DatasetSerializer, 409: CONFLICT})
    def patch(self, request: Request, slug: str, dataset_id: int) -> Response:
        """Change what is said about a snapshot, or bind it to a schema."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        dataset = get_object_or_404(_datasets(project), pk=dataset_id)
        sent = DescriptionChangeSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        fields: dict[str, Any] = sent.validated_data
        change = self._bind if "schema" in fields else self._describe
        change(dataset, fields)
        return Response(DatasetSerializer(get_object_or_404(_datasets(project), pk=dataset.pk)).data)

    def _bind(self, dataset: Dataset, fields: dict[str, Any]) -> None:
        schema = DataSchema.objects.filter(project=dataset.project, pk=fields["schema"]).first()
        if schema is None:
            raise ValidationError({"schema": ["The project has no schema with this id."]})
        try:
            schemas.bind_schema(dataset, schema=schema, by=self.user)
        except schemas.NotFitting as reason:
            raise ValidationError({"schema": [str(reason)]}) from reason

    def _describe(self, dataset: Dataset, fields: dict[str, Any]) -> None:
        held = {"sources": list(dataset.sources.all()), "labeling_method": dataset.labeling_method}
        try:
            datasets.describe_dataset(dataset, by=self.user, **held | fields)
        except MissingLabel as reason:
            raise ValidationError({"label_column": [str(reason)]}) from reason
        except (datasets.StaleDescription, datasets.InUse) as reason:
            raise Conflict(str(reason)) from reason


class DatasetFile(ProjectAPIView):
    """A snapshot's file."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str, dataset_id: int) -> FileResponse:
        """Download the file, byte for byte as it was uploaded."""
        return download(get_object_or_404(Dataset, project=self.get_project(slug), pk=dataset_id))


def _datasets(project: Project) -> QuerySet[Dataset]:
    held = Dataset.objects.filter(project=project).defer("declared").prefetch_related("sources", checks.of_snapshots())
    return held.select_related("project", "schema", "labeling_method", "uploaded_by")
