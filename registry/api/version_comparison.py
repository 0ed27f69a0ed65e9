from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from registry import comparison
from registry.api.base import RegistryAPIView, model_of
from registry.comparison_serializers import VersionComparisonSerializer
from registry.views.version_comparison import FEWEST, chosen_versions


class VersionComparison(RegistryAPIView):
    """Several versions of a model, side by side."""

    @extend_schema(
        parameters=[
            OpenApiParameter("v", OpenApiTypes.INT, many=True, required=True, description="Two to four numbers.")
        ],
        responses=VersionComparisonSerializer,
        operation_id="versions_compare",
    )
    def get(self, request: Request, slug: str, name: str) -> Response:
        """Compare versions field by field: what was registered, measured, and planned when."""
        model = model_of(self.get_project(slug), name)
        versions = chosen_versions(model, request.query_params.getlist("v"))
        if len(versions) < FEWEST:
            raise ValidationError({"v": ["Name two to four different versions, such as ?v=6&v=7."]})
        told: Any = {
            "model": model.name,
            "versions": [version.number for version in versions],
            "sections": comparison.sections_of(versions),
        }
        return Response(VersionComparisonSerializer(told).data)
