from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api.refusals import RefusingAPIView
from canvas.api_access import Pages
from canvas.models import Project, Risk
from canvas.roles import Permission
from canvas.serializers.risk import AcceptRiskSerializer, RiskChangeSerializer, RiskSerializer
from canvas.services import risks


class RiskList(RefusingAPIView):
    """A project's risk register."""

    pagination_class = Pages

    @extend_schema(responses=RiskSerializer(many=True), operation_id="risks_list")
    def get(self, request: Request, slug: str) -> Response:
        """List the risks by number."""
        project = self.get_project(slug)
        return self.page(Risk.objects.filter(project=project).select_related("accepted_by"), RiskSerializer)

    @extend_schema(request=RiskSerializer, responses={201: RiskSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add a risk."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        risk = risks.add_risk(project, by=self.user, **self.sent(RiskSerializer))
        return Response(RiskSerializer(risk).data, status=status.HTTP_201_CREATED)


class RiskDetail(RefusingAPIView):
    """One risk."""

    @extend_schema(responses=RiskSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read a risk."""
        return Response(RiskSerializer(_risk(self.get_project(slug), number)).data)

    @extend_schema(request=RiskChangeSerializer, responses=RiskSerializer)
    def put(self, request: Request, slug: str, number: int) -> Response:
        """Change a risk, naming the revision the change rests on; its acceptance is undone."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        changed = risks.change_risk(_risk(project, number), by=self.user, **self.sent(RiskChangeSerializer))
        return Response(RiskSerializer(changed).data)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class RiskAccept(RefusingAPIView):
    """A signature under what remains of a risk."""

    @extend_schema(request=AcceptRiskSerializer, responses=RiskSerializer)
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Accept what remains; 409 for its author, and while nobody has judged it."""
        project = self.get_project(slug, needs=Permission.DECIDE_PROJECT)
        risk = risks.accept_risk(_risk(project, number), by=self.user, **self.sent(AcceptRiskSerializer))
        return Response(RiskSerializer(risk).data)


def _risk(project: Project, number: int) -> Risk:
    return get_object_or_404(Risk.objects.select_related("accepted_by"), project=project, number=number)
