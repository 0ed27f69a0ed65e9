from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.models import Project
from canvas.roles import Permission
from registry.api.base import RegistryAPIView
from registry.models import Experiment
from registry.run_serializers import ExperimentInSerializer, ExperimentSerializer
from registry.services import experiments

DELETED_TOO = OpenApiParameter(
    "deleted",
    OpenApiTypes.STR,
    enum=["true", "false", "1", "0"],
    description="Whether deleted ones are listed too.",
)


class ExperimentList(RegistryAPIView):
    """A project's experiments."""

    pagination_class = Pages
    questions = [DELETED_TOO]

    @extend_schema(responses=ExperimentSerializer(many=True), operation_id="experiments_list", parameters=[DELETED_TOO])
    def get(self, request: Request, slug: str) -> Response:
        """List experiments by name, the default one first."""
        found = Experiment.objects.filter(project=self.get_project(slug))
        if request.query_params.get("deleted", "").lower() not in {"true", "1"}:
            found = found.filter(deleted_at__isnull=True)
        return self.page(found.listed(), ExperimentSerializer)

    @extend_schema(request=ExperimentInSerializer, responses={201: ExperimentSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Make an experiment."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        said = self.sent(ExperimentInSerializer, project)
        experiment = experiments.create(project, name=said["name"], by=self.user)
        return _told(project, experiment.pk, status.HTTP_201_CREATED)


class ExperimentDetail(RegistryAPIView):
    """One experiment."""

    @extend_schema(responses=ExperimentSerializer)
    def get(self, request: Request, slug: str, experiment_id: int) -> Response:
        """Read an experiment."""
        return _told(self.get_project(slug), experiment_id)

    @extend_schema(request=ExperimentInSerializer, responses=ExperimentSerializer)
    def patch(self, request: Request, slug: str, experiment_id: int) -> Response:
        """Give an experiment another name."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        experiment = _experiment(project, experiment_id)
        said = self.sent(ExperimentInSerializer, project)
        experiments.rename(project, experiment.mlflow_id, name=said["name"], by=self.user)
        return _told(project, experiment_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, experiment_id: int) -> Response:
        """Set an experiment aside with its runs; it can be restored."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        experiments.delete(project, _experiment(project, experiment_id).mlflow_id, by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExperimentRestore(RegistryAPIView):
    """The way back of a deleted experiment."""

    @extend_schema(request=None, responses=ExperimentSerializer)
    def post(self, request: Request, slug: str, experiment_id: int) -> Response:
        """Take an experiment back with the runs that were set aside along with it."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        experiments.restore(project, _experiment(project, experiment_id).mlflow_id, by=self.user)
        return _told(project, experiment_id)


def _experiment(project: Project, experiment_id: int) -> Experiment:
    return get_object_or_404(Experiment.objects.listed(), project=project, pk=experiment_id)


def _told(project: Project, experiment_id: int, code: int = status.HTTP_200_OK) -> Response:
    return Response(ExperimentSerializer(_experiment(project, experiment_id)).data, status=code)
