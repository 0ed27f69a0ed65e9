from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.models import Kpi
from canvas.roles import Permission
from canvas.serializers.kpis import KpiChangeSerializer, KpiSerializer
from canvas.services import kpis


class KpiList(ProjectAPIView):
    """What a project is held to."""

    @extend_schema(responses=KpiSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the KPIs that hold."""
        held = self.get_project(slug).kpis.filter(retired_at__isnull=True)
        return Response(KpiSerializer(held, many=True).data)

    @extend_schema(request=KpiSerializer, responses={201: KpiSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add a KPI."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        sent = KpiSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        try:
            kpi = kpis.create_kpi(project, by=self.user, **sent.validated_data)
        except kpis.KpiNameTaken as reason:
            raise Conflict(str(reason)) from reason
        return Response(KpiSerializer(kpi).data, status=status.HTTP_201_CREATED)


class KpiDetail(ProjectAPIView):
    """One KPI."""

    @extend_schema(responses=KpiSerializer)
    def get(self, request: Request, slug: str, kpi_id: int) -> Response:
        """Read a KPI."""
        return Response(KpiSerializer(get_object_or_404(Kpi, project=self.get_project(slug), pk=kpi_id)).data)

    @extend_schema(request=KpiChangeSerializer, responses=KpiSerializer)
    def put(self, request: Request, slug: str, kpi_id: int) -> Response:
        """Change a KPI, naming the revision the change rests on."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        kpi = get_object_or_404(Kpi, project=project, pk=kpi_id, retired_at__isnull=True)
        sent = KpiChangeSerializer(kpi, data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        try:
            changed = kpis.change_kpi(kpi, by=self.user, **sent.validated_data)
        except kpis.ServesItself as reason:
            raise ValidationError({"parent": [str(reason)]}) from reason
        except (kpis.StaleKpi, kpis.KpiNameTaken) as reason:
            raise Conflict(str(reason)) from reason
        return Response(KpiSerializer(changed).data)
