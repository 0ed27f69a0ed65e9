from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.roles import Permission
from registry.api.base import RegistryAPIView
from registry.models import Run
from registry.serializers import RunInSerializer, RunSerializer
from registry.services.runs import record_run


class RunList(RegistryAPIView):
    """A project's training runs."""

    pagination_class = Pages

    @extend_schema(responses=RunSerializer(many=True), operation_id="runs_list")
    def get(self, request: Request, slug: str) -> Response:
        """List runs, the latest first."""
        return self.page(Run.objects.filter(experiment__project=self.get_project(slug)).listed(), RunSerializer)

    @extend_schema(request=RunInSerializer, responses={201: RunSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Record a run with its parameters and metrics."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        said = self.sent(RunInSerializer, project)
        metrics = [(key, value, 0) for key, value in said.pop("metrics", {}).items()]
        run = record_run(project, by=self.user, metrics=metrics, **said)
        recorded = Run.objects.listed().get(pk=run.pk)
        return Response(RunSerializer(recorded).data, status=status.HTTP_201_CREATED)


class RunDetail(RegistryAPIView):
    """One training run."""

    @extend_schema(responses=RunSerializer)
    def get(self, request: Request, slug: str, run_id: str) -> Response:
        """Read a run."""
        found = Run.objects.filter(experiment__project=self.get_project(slug)).listed()
        return Response(RunSerializer(get_object_or_404(found, run_id=run_id)).data)
