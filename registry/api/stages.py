from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from registry import tenures
from registry.api.base import RegistryAPIView, model_of
from registry.models import Stage
from registry.tenure_serializers import AnswerSerializer


class StageAt(RegistryAPIView):
    """Which version held a stage, when, who approved it, and on what evidence."""

    @extend_schema(
        parameters=[
            OpenApiParameter("at", OpenApiTypes.STR, description="A day or a moment; left out, now."),
            OpenApiParameter("model", OpenApiTypes.STR, description="Only this model, by name; left out, every model."),
        ],
        responses=AnswerSerializer,
        operation_id="stages_at",
    )
    def get(self, request: Request, slug: str, stage: str) -> Response:
        """Read who held the stage then; a day counts whole, in the installation's zone."""
        project = self.get_project(slug)
        # An answer about today to a question about another day would be believed.
        if unknown := sorted(set(request.query_params) - {"at", "model", "format"}):
            raise ValidationError({unknown[0]: ["Nothing of this name is asked here. Write at= for the day."]})
        held = get_object_or_404(Stage, key=stage)
        name = request.query_params.get("model")
        try:
            period = tenures.period_of(request.query_params.get("at", ""))
        except tenures.InvalidMoment as reason:
            raise ValidationError({"at": [str(reason)]}) from reason
        model = model_of(project, name) if name else None
        answer: Any = tenures.holders(project, held, period, model=model)
        return Response(AnswerSerializer(answer, context={"request": request}).data)
