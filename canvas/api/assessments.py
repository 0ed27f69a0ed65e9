from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api.refusals import RefusingAPIView
from canvas.api_access import Pages
from canvas.models import ImpactAssessment, OversightPlan
from canvas.roles import Permission
from canvas.serializers.risk import AssessmentInSerializer, ImpactAssessmentSerializer, OversightPlanSerializer
from canvas.services import assessments


class ImpactAssessmentList(RefusingAPIView):
    """The versions of a project's impact assessment."""

    pagination_class = Pages

    @extend_schema(responses=ImpactAssessmentSerializer(many=True), operation_id="impact_assessments_list")
    def get(self, request: Request, slug: str) -> Response:
        """List the versions, the latest first."""
        found = ImpactAssessment.objects.filter(project=self.get_project(slug)).select_related("created_by")
        return self.page(found, ImpactAssessmentSerializer)

    @extend_schema(request=AssessmentInSerializer, responses={201: ImpactAssessmentSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Save the next version, naming the one it rests on; 409 when another came first or nothing changed."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        saved = assessments.assess_impact(project, by=self.user, **self.sent(AssessmentInSerializer))
        return Response(ImpactAssessmentSerializer(saved).data, status=status.HTTP_201_CREATED)


class ImpactAssessmentDetail(RefusingAPIView):
    """One version of an impact assessment."""

    @extend_schema(responses=ImpactAssessmentSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read a version."""
        found = get_object_or_404(ImpactAssessment, project=self.get_project(slug), number=number)
        return Response(ImpactAssessmentSerializer(found).data)


class OversightPlanList(RefusingAPIView):
    """The versions of a project's oversight plan."""

    pagination_class = Pages

    @extend_schema(responses=OversightPlanSerializer(many=True), operation_id="oversight_plans_list")
    def get(self, request: Request, slug: str) -> Response:
        """List the versions, the latest first."""
        found = OversightPlan.objects.filter(project=self.get_project(slug)).select_related("created_by")
        return self.page(found, OversightPlanSerializer)

    @extend_schema(request=AssessmentInSerializer, responses={201: OversightPlanSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Save the next version, naming the one it rests on; 409 when another came first or nothing changed."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        saved = assessments.plan_oversight(project, by=self.user, **self.sent(AssessmentInSerializer))
        return Response(OversightPlanSerializer(saved).data, status=status.HTTP_201_CREATED)


class OversightPlanDetail(RefusingAPIView):
    """One version of an oversight plan."""

    @extend_schema(responses=OversightPlanSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read a version."""
        found = get_object_or_404(OversightPlan, project=self.get_project(slug), number=number)
        return Response(OversightPlanSerializer(found).data)
