from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.roles import Permission
from registry.api.base import RegistryAPIView
from registry.models import SelectionRecord
from registry.run_serializers import SelectionInSerializer, SelectionSerializer
from registry.services.selections import record_selection


class SelectionList(RegistryAPIView):
    """The choices among a project's runs."""

    pagination_class = Pages

    @extend_schema(responses=SelectionSerializer(many=True), operation_id="selections_list")
    def get(self, request: Request, slug: str) -> Response:
        """List choices, the latest first."""
        return self.page(SelectionRecord.objects.filter(project=self.get_project(slug)).listed(), SelectionSerializer)

    @extend_schema(request=SelectionInSerializer, responses={201: SelectionSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Record which run was chosen among which, by which metric, and why."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        selection = record_selection(project, by=self.user, **self.sent(SelectionInSerializer, project))
        return Response(SelectionSerializer(selection).data, status=status.HTTP_201_CREATED)


class SelectionDetail(RegistryAPIView):
    """One choice among runs."""

    @extend_schema(responses=SelectionSerializer)
    def get(self, request: Request, slug: str, selection_id: int) -> Response:
        """Read a choice."""
        found = SelectionRecord.objects.filter(project=self.get_project(slug)).listed()
        return Response(SelectionSerializer(get_object_or_404(found, pk=selection_id)).data)
