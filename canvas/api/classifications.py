from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api.refusals import RefusingAPIView
from canvas.api_access import Pages
from canvas.models import Classification
from canvas.risk.questions import ASKS
from canvas.roles import Permission
from canvas.serializers.risk import (
    AnswersSerializer,
    AskSerializer,
    ClassificationDetailSerializer,
    ClassificationInSerializer,
    ClassificationSerializer,
    PreviewSerializer,
)
from canvas.services import classifications


class ClassificationQuestions(RefusingAPIView):
    """What a classification asks."""

    @extend_schema(responses=AskSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the questions in order, each with its provision and when it is asked."""
        self.get_project(slug)
        return Response(AskSerializer(ASKS, many=True).data)


class ClassificationPreview(RefusingAPIView):
    """What answers would change."""

    @extend_schema(request=AnswersSerializer, responses=PreviewSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Compute tier, reasons and the duties that would be added and removed; nothing is stored."""
        project = self.get_project(slug)
        answers = self.sent(AnswersSerializer)["answers"]
        return Response(PreviewSerializer(classifications.preview(project, answers)).data)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class ClassificationList(RefusingAPIView):
    """A project's signed classifications."""

    pagination_class = Pages

    @extend_schema(responses=ClassificationSerializer(many=True), operation_id="classifications_list")
    def get(self, request: Request, slug: str) -> Response:
        """List the signed versions, the latest first."""
        project = self.get_project(slug)
        return self.page(
            Classification.objects.filter(project=project).select_related("signed_by"), ClassificationSerializer
        )

    @extend_schema(request=ClassificationInSerializer, responses={201: ClassificationDetailSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Sign answers as the next version; 409 when another was signed in the meantime, or nothing changed."""
        project = self.get_project(slug, needs=Permission.DECIDE_PROJECT)
        signed = classifications.sign(project, by=self.user, **self.sent(ClassificationInSerializer))
        return Response(ClassificationDetailSerializer(signed).data, status=status.HTTP_201_CREATED)


class ClassificationDetail(RefusingAPIView):
    """One signed classification."""

    @extend_schema(responses=ClassificationDetailSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read a signed version with its answers and duties."""
        found = Classification.objects.filter(project=self.get_project(slug)).select_related("signed_by")
        return Response(ClassificationDetailSerializer(get_object_or_404(found, number=number)).data)
