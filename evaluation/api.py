from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.models import Project
from canvas.roles import Permission
from evaluation.asked import Refused
from evaluation.comparison_serializers import GroupSerializer
from evaluation.data_centric import By, compare
from evaluation.models import EvaluationJob
from evaluation.serializers import (
    EvaluationDetailSerializer,
    EvaluationRequestSerializer,
    EvaluationSerializer,
)
from evaluation.services import request_evaluation, request_from_file
from jobs import services as jobs

LONGEST_KEY = 200
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Sending the same key again gives the same evaluation instead of another one.",
)


class EvaluationList(ProjectAPIView):
    """A project's evaluations."""

    @extend_schema(responses=EvaluationSerializer(many=True), operation_id="evaluations_list")
    def get(self, request: Request, slug: str) -> Response:
        """List evaluations, newest first."""
        evaluations = self.get_project(slug).evaluations.listed()
        pages = Pages()
        page = pages.paginate_queryset(evaluations, request, view=self)
        return pages.get_paginated_response(EvaluationSerializer(page, many=True).data)

    @extend_schema(
        request={
            "application/json": EvaluationRequestSerializer,
            "multipart/form-data": EvaluationRequestSerializer,
        },
        parameters=[KEY],
        responses={201: EvaluationSerializer, 400: OpenApiResponse(description="What to change, per field.")},
        operation_id="evaluations_create",
    )
    def post(self, request: Request, slug: str) -> Response:
        """Ask for an evaluation; read it again until its state is succeeded, failed or cancelled."""
        project = self.get_project(slug, needs=Permission.EVALUATE)
        sent = EvaluationRequestSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        version, file = sent.validated_data["version"], sent.validated_data.get("predictions")
        key = request.headers.get("Idempotency-Key", "")[:LONGEST_KEY] or None
        try:
            if file is None:
                evaluation = request_evaluation(version, asked=sent.asked(), by=self.user, idempotency_key=key)
            else:
                evaluation = request_from_file(
                    version,
                    source=file,
                    file_name=file.name,
                    asked=sent.asked(),
                    by=self.user,
                    idempotency_key=key,
                )
        except Refused as reason:
            raise ValidationError({reason.where or "detail": [str(reason)]}) from reason
        return Response(EvaluationSerializer(evaluation).data, status=status.HTTP_201_CREATED)


class Comparison(ProjectAPIView):
    """Evaluations side by side, with one thing held fixed."""

    @extend_schema(
        parameters=[
            OpenApiParameter("by", OpenApiTypes.STR, enum=list(By), description="What changes; data if left out.")
        ],
        responses=GroupSerializer(many=True),
        operation_id="evaluations_compare",
    )
    def get(self, request: Request, slug: str) -> Response:
        """Compare finished evaluations: the same model on other data, other training data, or other models."""
        project, asked = self.get_project(slug), request.query_params.get("by", By.DATA)
        if asked not in list(By):
            raise ValidationError({"by": [f"Choose one of {', '.join(By)}."]})
        pages = Pages()
        page = pages.paginate_queryset(compare(project, By(asked)), request, view=self)
        return pages.get_paginated_response(GroupSerializer(page, many=True).data)


class EvaluationDetail(ProjectAPIView):
    """One evaluation."""

    @extend_schema(responses=EvaluationDetailSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read an evaluation with all its results."""
        return Response(EvaluationDetailSerializer(_evaluation(self.get_project(slug), number)).data)


class EvaluationCancel(ProjectAPIView):
    """Stop an evaluation."""

    @extend_schema(
        request=None,
        responses={200: EvaluationSerializer, 409: OpenApiResponse(description="The evaluation ended already.")},
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Cancel a waiting evaluation at once, or ask the worker of a running one to stop."""
        evaluation = _evaluation(self.get_project(slug, needs=Permission.EVALUATE), number)
        try:
            jobs.request_cancel(evaluation.job, by=self.user)
        except jobs.AlreadyOver as reason:
            raise Conflict(str(reason)) from reason
        return Response(EvaluationSerializer(evaluation).data)


def _evaluation(project: Project, number: int) -> EvaluationJob:
    known = EvaluationJob.objects.listed().prefetch_related("metrics", "comparisons", "slices", "verdicts", "curves")
    return get_object_or_404(known, project=project, number=number)
