from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.models import Project
from canvas.roles import Permission
from data.api.responses import CONFLICT, paged
from data.models import DataSchema
from data.schema_diff import compare
from data.serializers.schemas import ComparisonSerializer, SchemaSerializer, SchemaVersionSerializer
from data.services import schemas


class SchemaList(ProjectAPIView):
    """A project's schemas, every version."""

    @extend_schema(responses=SchemaSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List versions of schemas."""
        held = DataSchema.objects.filter(project=self.get_project(slug)).select_related("created_by")
        return paged(self, held.prefetch_related("fields").order_by("name", "-number"), SchemaSerializer)

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


class SchemaDiff(ProjectAPIView):
    """What changed between two versions."""

    @extend_schema(
        parameters=[OpenApiParameter("from", int, description="The number of an earlier version; the last one else.")],
        responses=ComparisonSerializer,
    )
    def get(self, request: Request, slug: str, schema_id: int) -> Response:
        """Compare a version with an earlier one: every change with its verdict, whom it breaks, and why."""
        schema = get_object_or_404(DataSchema, project=self.get_project(slug), pk=schema_id)
        earlier = DataSchema.objects.filter(project=schema.project_id, name=schema.name, number__lt=schema.number)
        asked = request.query_params.get("from", "")
        if asked:
            earlier = earlier.filter(number=int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0)
        before = get_object_or_404(earlier.order_by("-number")[:1])
        compared = compare(schemas.drafts_of(before), schemas.drafts_of(schema))
        return Response(ComparisonSerializer(compared, context={"before": before, "after": schema}).data)
