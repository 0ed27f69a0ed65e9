from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.roles import Permission
from data import exchange
from data.api.responses import CONFLICT
from data.contracts import croissant, odcs
from data.contracts.reading import LARGEST, BadDocument, read_document
from data.models import DataSchema
from data.serializers.datasets import DatasetSerializer
from data.serializers.schemas import CroissantImportSerializer, SchemaImportSerializer, SchemaSerializer
from data.services import imports, references, schemas
from data.views.exchange import as_download, croissant_of, described


class SchemaImport(ProjectAPIView):
    """Schemas from other tools."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": SchemaImportSerializer}, responses={201: SchemaSerializer, 409: CONFLICT}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Import a data contract (ODCS 3) or a table schema as a new schema, or as the next version under its name."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = SchemaImportSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        told = sent.validated_data
        try:
            imported = exchange.read_schema(told["file"].read(LARGEST + 1), table=told["table"])
            schema = schemas.import_schema(project, imported, name=told["name"], note=told["note"], by=self.user)
        except BadDocument as reason:
            raise ValidationError({"file": reason.shown}) from reason
        except schemas.BadSchema as reason:
            raise ValidationError({"file": [str(reason)]}) from reason
        except schemas.UnchangedSchema as reason:
            raise Conflict(str(reason)) from reason
        return Response(SchemaSerializer(schema).data, status=status.HTTP_201_CREATED)


class SchemaExport(ProjectAPIView):
    """A schema for other tools."""

    @extend_schema(
        parameters=[
            OpenApiParameter("version", str, enum=list(odcs.VERSIONS), description="Of the contract standard.")
        ],
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "application/yaml"): OpenApiTypes.STR},
    )
    def get(self, request: Request, slug: str, schema_id: int, form: str) -> HttpResponse:
        """Download a version as odcs.yaml, odcs.json or table-schema.json."""
        held = DataSchema.objects.select_related("project")
        schema = get_object_or_404(held, project=self.get_project(slug), pk=schema_id)
        version = request.query_params.get("version", odcs.VERSIONS[0])
        if form not in exchange.FORMS or version not in odcs.VERSIONS:
            raise NotFound("There is no such export.")
        return as_download(exchange.write_schema(schema, form, version=version))


class DatasetCroissant(ProjectAPIView):
    """A snapshot for other tools."""

    @extend_schema(responses={(200, "application/ld+json"): OpenApiTypes.OBJECT, 409: CONFLICT})
    def get(self, request: Request, slug: str, dataset_id: int) -> HttpResponse:
        """Download a snapshot's description as Croissant 1.0."""
        dataset = described(self.get_project(slug), dataset_id)
        try:
            return as_download(croissant_of(request, dataset))
        except exchange.NotExportable as reason:
            raise Conflict(str(reason)) from reason


class CroissantImport(ProjectAPIView):
    """Descriptions of somebody else's data sets."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": CroissantImportSerializer}, responses={201: DatasetSerializer, 409: CONFLICT}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Describe a data set that lies elsewhere by its Croissant file; nothing is fetched."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = CroissantImportSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        told = sent.validated_data
        terms = imports.Terms(told["split_role"], told["personal_data"], told["access_status"])
        try:
            found = croissant.read(read_document(told["file"].read(LARGEST + 1)), table=told["table"])
            dataset = imports.import_croissant(project, found, terms=terms, name=told["name"], by=self.user)
        except BadDocument as reason:
            raise ValidationError({"file": reason.shown}) from reason
        except (schemas.BadSchema, references.BadReference) as reason:
            raise ValidationError({"file": [str(reason)]}) from reason
        except references.AlreadyReferred as reason:
            raise Conflict(str(reason)) from reason
        return Response(DatasetSerializer(dataset).data, status=status.HTTP_201_CREATED)
