from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.roles import Permission
from data.api.responses import CONFLICT, paged
from data.models import Dataset, SchemaCheck
from data.serializers.schemas import CheckRequestSerializer, CheckSerializer
from data.services import checks


class DatasetChecks(ProjectAPIView):
    """The checks of a snapshot against schemas."""

    @extend_schema(responses=CheckSerializer(many=True))
    def get(self, request: Request, slug: str, dataset_id: int) -> Response:
        """List checks, newest first."""
        dataset = get_object_or_404(Dataset, project=self.get_project(slug), pk=dataset_id)
        held = dataset.schema_checks.select_related("schema", "job", "checked_by")
        return paged(self, held.order_by("-pk"), CheckSerializer)

    @extend_schema(request=CheckRequestSerializer, responses={202: CheckSerializer, 409: CONFLICT})
    def post(self, request: Request, slug: str, dataset_id: int) -> Response:
        """Hold the snapshot's rows against a schema; a worker does it."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        held = Dataset.objects.select_related("project", "schema")
        dataset = get_object_or_404(held, project=project, pk=dataset_id)
        sent = CheckRequestSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        try:
            check = checks.request_check(dataset, schema=sent.validated_data.get("schema"), by=self.user)
        except checks.NotCheckable as reason:
            raise Conflict(str(reason)) from reason
        return Response(CheckSerializer(check).data, status=status.HTTP_202_ACCEPTED)


class CheckDetail(ProjectAPIView):
    """One check."""

    @extend_schema(responses=CheckSerializer)
    def get(self, request: Request, slug: str, check_id: int) -> Response:
        """How far the check is, or which rows break which rule."""
        project = self.get_project(slug)
        held = SchemaCheck.objects.select_related("schema", "job", "checked_by")
        return Response(CheckSerializer(get_object_or_404(held, dataset__project=project, pk=check_id)).data)
