from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api import Conflict, Pages
from canvas.api_access import ProjectAPIView
from canvas.models import Project
from canvas.roles import Permission
from data import storage
from data.downloads import download
from data.models import DataSchema, Dataset, DataSource, LabelingMethod
from data.serializers import (
    DatasetSerializer,
    DescriptionChangeSerializer,
    MethodSerializer,
    MethodVersionSerializer,
    SchemaSerializer,
    SchemaVersionSerializer,
    SourceChangeSerializer,
    SourceSerializer,
    UploadSerializer,
)
from data.services import datasets, labeling, schemas, sources
from data.tables import BadFileName, BadTable, MissingLabel
from data.uploads import sent_name

CONFLICT = OpenApiResponse(description="It does not fit what is recorded by now; the sentence says why.")


class SourceList(ProjectAPIView):
    """Where a project's data comes from."""

    @extend_schema(responses=SourceSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List sources."""
        return _paged(
            self, DataSource.objects.filter(project=self.get_project(slug)).order_by("name"), SourceSerializer
        )

    @extend_schema(request=SourceSerializer, responses={201: SourceSerializer, 409: CONFLICT})
    def post(self, request: Request, slug: str) -> Response:
        """Register a source."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = SourceSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            source = sources.create_source(project, by=self.user, **sent.validated_data)
        except sources.SourceNameTaken as reason:
            raise Conflict(str(reason)) from reason
        return Response(SourceSerializer(source).data, status=status.HTTP_201_CREATED)


class SourceDetail(ProjectAPIView):
    """One source."""

    @extend_schema(responses=SourceSerializer)
    def get(self, request: Request, slug: str, source_id: int) -> Response:
        """Read a source."""
        source = get_object_or_404(DataSource, project=self.get_project(slug), pk=source_id)
        return Response(SourceSerializer(source).data)

    @extend_schema(request=SourceChangeSerializer, responses={200: SourceSerializer, 409: CONFLICT})
    def put(self, request: Request, slug: str, source_id: int) -> Response:
        """Change a source, naming the revision the change rests on."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        source = get_object_or_404(DataSource, project=project, pk=source_id)
        sent = SourceChangeSerializer(source, data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            changed = sources.change_source(source, by=self.user, **sent.validated_data)
        except (sources.StaleSource, sources.SourceNameTaken) as reason:
            raise Conflict(str(reason)) from reason
        return Response(SourceSerializer(changed).data)


class DatasetList(ProjectAPIView):
    """A project's snapshots."""

    parser_classes = (MultiPartParser,)

    @extend_schema(responses=DatasetSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List snapshots, newest first."""
        return _paged(self, _datasets(self.get_project(slug)).order_by("-created_at", "-pk"), DatasetSerializer)

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


class SchemaList(ProjectAPIView):
    """A project's schemas, every version."""

    @extend_schema(responses=SchemaSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List versions of schemas."""
        held = DataSchema.objects.filter(project=self.get_project(slug)).select_related("created_by")
        return _paged(self, held.prefetch_related("fields").order_by("name", "-number"), SchemaSerializer)

    @extend_schema(request=SchemaVersionSerializer, responses={201: SchemaSerializer, 409: CONFLICT})
    def post(self, request: Request, slug: str) -> Response:
        """Record a schema, or its next version."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = SchemaVersionSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        try:
            schema = self._record(project, sent)
        except (schemas.BadSchema, schemas.NotFitting) as reason:
            raise ValidationError({"fields": [str(reason)]}) from reason
        except (schemas.SchemaNameTaken, schemas.StaleSchema, schemas.UnchangedSchema) as reason:
            raise Conflict(str(reason)) from reason
        return Response(SchemaSerializer(schema).data, status=status.HTTP_201_CREATED)

    def _record(self, project: Project, sent: SchemaVersionSerializer) -> DataSchema:
        fields: dict[str, Any] = sent.validated_data
        name, number, note = fields["name"], fields["based_on"], fields["note"]
        if not number:
            return schemas.create_schema(
                project, name=name, fields=sent.drafts(), note=note, dataset=fields.get("dataset"), by=self.user
            )
        held = DataSchema.objects.filter(project=project, name=name, number=number).first()
        if held is None:
            raise ValidationError({"based_on": ["The project has no such version of this schema."]})
        return schemas.revise_schema(held, fields=sent.drafts(), note=note, rebind=fields["rebind"], by=self.user)


class SchemaDetail(ProjectAPIView):
    """One version of a schema."""

    @extend_schema(responses=SchemaSerializer)
    def get(self, request: Request, slug: str, schema_id: int) -> Response:
        """Read a version with its columns."""
        schema = get_object_or_404(DataSchema, project=self.get_project(slug), pk=schema_id)
        return Response(SchemaSerializer(schema).data)


class MethodList(ProjectAPIView):
    """A project's labeling methods, every version."""

    @extend_schema(responses=MethodSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List versions of labeling methods."""
        held = LabelingMethod.objects.filter(project=self.get_project(slug)).select_related("created_by")
        return _paged(self, held.order_by("name", "-number"), MethodSerializer)

    @extend_schema(request=MethodVersionSerializer, responses={201: MethodSerializer, 409: CONFLICT})
    def post(self, request: Request, slug: str) -> Response:
        """Record a labeling method, or its next version."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = MethodVersionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            method = self._record(project, dict(sent.validated_data))
        except (labeling.MethodNameTaken, labeling.StaleMethod, labeling.UnchangedMethod) as reason:
            raise Conflict(str(reason)) from reason
        return Response(MethodSerializer(method).data, status=status.HTTP_201_CREATED)

    def _record(self, project: Project, fields: dict[str, Any]) -> LabelingMethod:
        number = fields.pop("based_on")
        if not number:
            return labeling.create_method(project, by=self.user, **fields)
        held = LabelingMethod.objects.filter(project=project, name=fields.pop("name"), number=number).first()
        if held is None:
            raise ValidationError({"based_on": ["The project has no such version of this method."]})
        return labeling.revise_method(held, by=self.user, **fields)


class MethodDetail(ProjectAPIView):
    """One version of a labeling method."""

    @extend_schema(responses=MethodSerializer)
    def get(self, request: Request, slug: str, method_id: int) -> Response:
        """Read a version."""
        method = get_object_or_404(LabelingMethod, project=self.get_project(slug), pk=method_id)
        return Response(MethodSerializer(method).data)


def _datasets(project: Project) -> QuerySet[Dataset]:
    held = Dataset.objects.filter(project=project).prefetch_related("sources")
    return held.select_related("project", "schema", "labeling_method", "uploaded_by")


def _paged(view: ProjectAPIView, held: QuerySet[Any], serializer: type[Any]) -> Response:  # Any: each of the models
    pages = Pages()
    page = pages.paginate_queryset(held, view.request, view=view)
    return pages.get_paginated_response(serializer(page, many=True).data)
