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
from registry.environment_serializers import EnvironmentInSerializer, EnvironmentSerializer
from registry.models import TrainingEnvironment
from registry.services.environments import record_environment


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
