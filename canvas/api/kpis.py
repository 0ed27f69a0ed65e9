from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.models import Kpi
from canvas.roles import Permission
from canvas.serializers.kpis import (
    KpiChangeSerializer,
    KpiCloseSerializer,
    KpiSerializer,
    SmartCheckSerializer,
    TargetReasonSerializer,
)
from canvas.services import kpis, signatures


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

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, kpi_id: int) -> Response:
        """Retire a KPI: it holds nobody any more, and verdicts about it stay."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        kpis.retire_kpi(get_object_or_404(Kpi, project=project, pk=kpi_id), by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class KpiClose(ProjectAPIView):
    """The end of one KPI."""

    @extend_schema(request=KpiCloseSerializer, responses=KpiSerializer)
    def post(self, request: Request, slug: str, kpi_id: int) -> Response:
        """Close a KPI with its result."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        kpi = get_object_or_404(Kpi, project=project, pk=kpi_id, retired_at__isnull=True)
        sent = KpiCloseSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            closed = kpis.close_kpi(kpi, by=self.user, **sent.validated_data)
        except kpis.KpiClosed as reason:
            raise Conflict(str(reason)) from reason
        return Response(KpiSerializer(closed).data)


class KpiSign(ProjectAPIView):
    """The signed reason for a target."""

    @extend_schema(request=TargetReasonSerializer, responses=KpiSerializer)
    def post(self, request: Request, slug: str, kpi_id: int) -> Response:
        """Sign why the target can be reached, with one's password."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        kpi = get_object_or_404(
            Kpi.objects.select_related("project"), project=project, pk=kpi_id, retired_at__isnull=True
        )
        sent = TargetReasonSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            signed = kpis.sign_target(kpi, by=self.user, **sent.validated_data)
        except (signatures.WrongPassword, signatures.TooManyAttempts) as reason:
            raise PermissionDenied(str(reason)) from reason
        return Response(KpiSerializer(signed).data)


class KpiSmart(ProjectAPIView):
    """The five checks of one KPI."""

    @extend_schema(responses=SmartCheckSerializer(many=True))
    def get(self, request: Request, slug: str, kpi_id: int) -> Response:
        """Say whether a KPI is specific, measurable, achievable, relevant and time-bound."""
        project = self.get_project(slug)
        kpi = get_object_or_404(Kpi.objects.select_related("parent"), project=project, pk=kpi_id)
        return Response(SmartCheckSerializer(kpis.smart_of([kpi])[kpi.pk].checks, many=True).data)
