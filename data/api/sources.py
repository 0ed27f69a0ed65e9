from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.roles import Permission
from data.api.responses import CONFLICT, paged
from data.models import DataSource
from data.serializers.sources import QualityCheckSerializer, SourceChangeSerializer, SourceSerializer
from data.services import quality, sources


class SourceList(ProjectAPIView):
    """Where a project's data comes from."""

    @extend_schema(responses=SourceSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List sources."""
        return paged(self, DataSource.objects.filter(project=self.get_project(slug)).order_by("name"), SourceSerializer)

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


class QualityCheckList(ProjectAPIView):
    """Looks at the quality of one source."""

    @extend_schema(responses=QualityCheckSerializer(many=True))
    def get(self, request: Request, slug: str, source_id: int) -> Response:
        """List checks, newest first."""
        source = get_object_or_404(DataSource, project=self.get_project(slug), pk=source_id)
        return paged(self, source.quality_checks.select_related("recorded_by"), QualityCheckSerializer)

    @extend_schema(request=QualityCheckSerializer, responses={201: QualityCheckSerializer})
    def post(self, request: Request, slug: str, source_id: int) -> Response:
        """Record what was measured, what it was held to, and whether that is good enough."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        source = get_object_or_404(DataSource.objects.select_related("project"), project=project, pk=source_id)
        sent = QualityCheckSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        check = quality.record_check(source, by=self.user, **sent.validated_data)
        return Response(QualityCheckSerializer(check).data, status=status.HTTP_201_CREATED)
