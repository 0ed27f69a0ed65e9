from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.roles import Permission
from registry import environment_files
from registry.api.base import RegistryAPIView
from registry.environment_files import EnvironmentFacts
from registry.models import Run, TrainingEnvironment
from registry.serializers import EnvironmentInSerializer, EnvironmentSerializer, RunInSerializer, RunSerializer
from registry.services.environments import record_environment
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


class EnvironmentList(RegistryAPIView):
    """A project's training environments."""

    pagination_class = Pages

    @extend_schema(responses=EnvironmentSerializer(many=True), operation_id="environments_list")
    def get(self, request: Request, slug: str) -> Response:
        """List environments, the latest first."""
        found = TrainingEnvironment.objects.filter(project=self.get_project(slug)).listed()
        return self.page(found, EnvironmentSerializer)

    @extend_schema(
        request={"application/json": EnvironmentInSerializer, "multipart/form-data": EnvironmentInSerializer},
        responses={201: EnvironmentSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Record an environment; the same content again returns the one that was recorded first."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        said = self.sent(EnvironmentInSerializer, project)
        file, origin = said.pop("file", None), said.pop("captured_from", "")
        facts = _facts(said, file, unknown=set(request.data) - set(EnvironmentInSerializer().fields))
        environment = record_environment(
            project, facts, captured_from=origin or (file.name if file else "the API"), by=self.user
        )
        return Response(EnvironmentSerializer(environment).data, status=status.HTTP_201_CREATED)


class EnvironmentDetail(RegistryAPIView):
    """One training environment."""

    @extend_schema(responses=EnvironmentSerializer)
    def get(self, request: Request, slug: str, environment_id: int) -> Response:
        """Read an environment."""
        found = TrainingEnvironment.objects.filter(project=self.get_project(slug)).listed()
        return Response(EnvironmentSerializer(get_object_or_404(found, pk=environment_id)).data)


def _facts(said: dict[str, Any], file: Any, *, unknown: set[str]) -> EnvironmentFacts:
    """What was sent as an environment; a file wins over the fields beside it."""
    facts = environment_files.from_json(said | dict.fromkeys(unknown))
    if file is None:
        return facts
    read = environment_files.read(file.read(environment_files.SIZE_LIMIT + 1), name=file.name)
    return environment_files.completed(read, **{key: getattr(facts, key) for key in environment_files.JSON_KEYS})
