from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.models import Project
from canvas.roles import Permission
from registry import environment_files
from registry.api.base import RegistryAPIView, version_of
from registry.environment_files import EnvironmentFacts
from registry.environment_serializers import (
    EnvironmentDetailSerializer,
    EnvironmentDifferenceSerializer,
    EnvironmentInSerializer,
    EnvironmentSerializer,
    ServingEndInSerializer,
    ServingInSerializer,
    ServingSerializer,
)
from registry.environments import comparison, exports, reading
from registry.models import TrainingEnvironment
from registry.services import serving
from registry.services.environments import record_environment
from registry.views.environments import chosen_ids, text_file

PAST = OpenApiParameter(
    "past", OpenApiTypes.STR, enum=["true", "false"], description="Those that hold no longer, instead."
)


class EnvironmentList(RegistryAPIView):
    """A project's environments."""

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
    """One environment."""

    @extend_schema(responses=EnvironmentDetailSerializer)
    def get(self, request: Request, slug: str, environment_id: int) -> Response:
        """Read an environment, who used it, and what is known against its packages."""
        return Response(EnvironmentDetailSerializer(_environment(self.get_project(slug), environment_id)).data)


class EnvironmentComparison(RegistryAPIView):
    """Two environments, one against the other."""

    @extend_schema(
        parameters=[
            OpenApiParameter("e", OpenApiTypes.INT, many=True, required=True, description="Two ids: before and after.")
        ],
        responses=EnvironmentDifferenceSerializer,
        operation_id="environments_compare",
    )
    def get(self, request: Request, slug: str) -> Response:
        """List what the second environment has otherwise than the first."""
        project = self.get_project(slug)
        chosen = [_environment(project, number) for number in chosen_ids(request.query_params.getlist("e"))]
        if len(chosen) != 2:
            raise ValidationError({"e": ["Name two different environments by their ids, such as ?e=1&e=2."]})
        difference: Any = comparison.compare(*chosen)
        return Response(EnvironmentDifferenceSerializer(difference).data)


class EnvironmentRequirements(RegistryAPIView):
    """An environment for pip."""

    @extend_schema(responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str, environment_id: int) -> HttpResponse:
        """Download requirements.txt."""
        environment = _environment(self.get_project(slug), environment_id)
        return text_file(exports.requirements(environment), name="requirements.txt")


class EnvironmentConda(RegistryAPIView):
    """An environment for conda."""

    @extend_schema(responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str, environment_id: int) -> HttpResponse:
        """Download environment.yaml."""
        environment = _environment(self.get_project(slug), environment_id)
        return text_file(exports.conda(environment), name="environment.yaml")


class VersionServing(RegistryAPIView):
    """Where a version is served."""

    questions = [PAST]

    @extend_schema(responses=ServingSerializer(many=True), operation_id="versions_serving_list", parameters=[PAST])
    def get(self, request: Request, slug: str, name: str, number: int) -> Response:
        """List the places with the environment that was stated last for each, or what was stated before."""
        version = version_of(self.get_project(slug), name, number)
        if request.query_params.get("past", "").lower() == "true":
            found = list(version.serving_statements.past())
        else:
            found = serving.current(version)
        return Response(ServingSerializer(_with_version(version, found), many=True).data)

    @extend_schema(
        request=ServingInSerializer, responses={201: ServingSerializer}, operation_id="versions_serving_state"
    )
    def post(self, request: Request, slug: str, name: str, number: int) -> Response:
        """State where the version is served; the latest statement for a place holds."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        version = version_of(project, name, number)
        statement = serving.state(version, by=self.user, **self.sent(ServingInSerializer, project))
        statement.version = version
        return Response(ServingSerializer(statement).data, status=status.HTTP_201_CREATED)


class VersionServingEnd(RegistryAPIView):
    """The end of a statement of serving."""

    @extend_schema(request=ServingEndInSerializer, responses=ServingSerializer, operation_id="versions_serving_end")
    def post(self, request: Request, slug: str, name: str, number: int, statement_id: int) -> Response:
        """Write down that the version is no longer served there, and why; 409 where the statement holds no longer."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        version = version_of(project, name, number)
        said = self.sent(ServingEndInSerializer, project)
        statement = serving.end(version, statement_id, by=self.user, **said)
        return Response(ServingSerializer(_with_version(version, [statement])[0]).data)


def _with_version(version: Any, statements: list[Any]) -> list[Any]:
    """The statements knowing the version that was read already."""
    for statement in statements:
        statement.version = version
    return statements


def _environment(project: Project, environment_id: int) -> TrainingEnvironment:
    return get_object_or_404(TrainingEnvironment.objects.listed(), project=project, pk=environment_id)


def _facts(said: dict[str, Any], file: Any, *, unknown: set[str]) -> EnvironmentFacts:
    """What was sent as an environment; a file wins over the fields beside it."""
    facts = environment_files.from_json(said | dict.fromkeys(unknown))
    if file is None:
        return facts
    read = reading.read(file.read(environment_files.SIZE_LIMIT + 1), name=file.name)
    return environment_files.completed(read, **{key: getattr(facts, key) for key in environment_files.JSON_KEYS})
