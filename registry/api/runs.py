from typing import Any

from django.http import HttpResponseBase
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
from data.downloads import attachment
from registry import run_page
from registry.api.base import RegistryAPIView
from registry.models import Artifact, LoggedModel, Run, RunMetric
from registry.run_comparison import Comparison
from registry.run_serializers import (
    PointSerializer,
    RunChangeSerializer,
    RunComparisonSerializer,
    RunDetailSerializer,
    RunFileSerializer,
    RunInSerializer,
    RunReasonSerializer,
    RunSerializer,
)
from registry.run_table.filters import SHOWN, STATUSES, RunFilterForm
from registry.run_table.ordering import FACTS, is_order, ordered
from registry.services import artifacts, runs, tags

TEXT, NUMBER, DAY = OpenApiTypes.STR, OpenApiTypes.INT, OpenApiTypes.DATE
SORTING = "params.depth, -metrics.auc, tags.team or attributes.recorded; a minus turns it round."
QUESTIONS = [
    OpenApiParameter("experiment", NUMBER, description="The id of an experiment."),
    OpenApiParameter("status", TEXT, enum=[key for key, _ in STATUSES if key]),
    OpenApiParameter("name", TEXT, description="Part of the name."),
    OpenApiParameter("by", TEXT, description="Part of the name of whoever started or recorded it."),
    OpenApiParameter("since", DAY),
    OpenApiParameter("until", DAY),
    OpenApiParameter("shown", TEXT, enum=[key for key, _ in SHOWN if key], description="Left out: not the deleted."),
    OpenApiParameter(
        "filter", TEXT, description="MLflow's grammar, such as: metrics.auc > 0.9 and tags.team = 'north'."
    ),
    OpenApiParameter("parent", TEXT, description="The run id of a parent."),
    OpenApiParameter("sort", TEXT, description=SORTING),
]
METRIC = OpenApiParameter("key", TEXT, required=True, description="The metric.")
PATH = OpenApiParameter("path", TEXT, description="A path below the root.")
MODEL = OpenApiParameter("model", TEXT, description="The id of a logged model; left out, the run's own files.")


class RunList(RegistryAPIView):
    """A project's training runs."""

    pagination_class = Pages
    questions = QUESTIONS

    @extend_schema(responses=RunSerializer(many=True), operation_id="runs_list", parameters=QUESTIONS)
    def get(self, request: Request, slug: str) -> Response:
        """List runs, the latest first."""
        sort = request.query_params.get("sort", "")
        if sort and not is_order(sort):
            raise ValidationError({"sort": [f"Sort by {SORTING} The facts are {', '.join(FACTS)} and duration."]})
        form = RunFilterForm(request.query_params, project=self.get_project(slug))
        if not form.is_valid():
            raise ValidationError({field: [str(problem) for problem in found] for field, found in form.errors.items()})
        pages = Pages()
        pks: Any = ordered(form.runs(), sort)
        page: list[int] = list(pages.paginate_queryset(pks, request, view=self) or [])
        found = {run.pk: run for run in Run.objects.filter(pk__in=page).listed()}
        rows = RunSerializer([found[pk] for pk in page if pk in found], many=True)
        return pages.get_paginated_response(rows.data)

    @extend_schema(request=RunInSerializer, responses={201: RunSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Record a run with its parameters and metrics."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        said = self.sent(RunInSerializer, project)
        metrics = [(key, value, 0) for key, value in said.pop("metrics", {}).items()]
        run = runs.record_run(project, by=self.user, metrics=metrics, **said)
        recorded = Run.objects.listed().get(pk=run.pk)
        return Response(RunSerializer(recorded).data, status=status.HTTP_201_CREATED)


class RunDetail(RegistryAPIView):
    """One training run."""

    @extend_schema(responses=RunDetailSerializer)
    def get(self, request: Request, slug: str, run_id: str) -> Response:
        """Read a run with what it used and brought forth."""
        return _told(self.get_project(slug), run_id)

    @extend_schema(request=RunChangeSerializer, responses=RunDetailSerializer)
    def patch(self, request: Request, slug: str, run_id: str) -> Response:
        """Write what is to be known about a run."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        run = _run(project, run_id)
        note = self.sent(RunChangeSerializer, project)["note"]
        tags.set_one(project, run.run_id, key=tags.NOTE, value=note, by=self.user)
        return _told(project, run_id)

    @extend_schema(request=RunReasonSerializer, responses={204: None})
    def delete(self, request: Request, slug: str, run_id: str) -> Response:
        """Set a run aside; it can be restored."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        run = _run(project, run_id)
        runs.delete(project, run.run_id, by=self.user, reason=self.sent(RunReasonSerializer, project)["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class RunRestore(RegistryAPIView):
    """The way back of a deleted run."""

    @extend_schema(request=RunReasonSerializer, responses=RunDetailSerializer)
    def post(self, request: Request, slug: str, run_id: str) -> Response:
        """Take a deleted run back."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        run = _run(project, run_id)
        runs.restore(project, run.run_id, by=self.user, reason=self.sent(RunReasonSerializer, project)["reason"])
        return _told(project, run_id)


class RunHistory(RegistryAPIView):
    """The points of a run's metrics."""

    pagination_class = Pages
    questions = [METRIC]

    @extend_schema(responses=PointSerializer(many=True), operation_id="runs_history", parameters=[METRIC])
    def get(self, request: Request, slug: str, run_id: str) -> Response:
        """List a metric's points by step and time."""
        run = _run(self.get_project(slug), run_id)
        key = request.query_params.get("key", "")
        if not key or "\0" in key:
            raise ValidationError({"key": ["Name the metric, for example ?key=val_loss."]})
        points = RunMetric.objects.filter(run=run, key=key).order_by("step", "timestamp_ms", "value", "pk")
        return self.page(points, PointSerializer)


class RunFileList(RegistryAPIView):
    """The files of a run and of its logged models."""

    pagination_class = Pages
    questions = [PATH, MODEL]

    @extend_schema(responses=RunFileSerializer(many=True), operation_id="runs_artifacts_list", parameters=[PATH, MODEL])
    def get(self, request: Request, slug: str, run_id: str) -> Response:
        """List files by path, those below a path where one is given."""
        run = _run(self.get_project(slug), run_id)
        path = _plain(request, "path")
        if _plain(request, "model"):
            found = Artifact.objects.filter(logged_model=_model(request, run))
        elif path:
            found = Artifact.objects.filter(run=run)
        else:
            found = Artifact.objects.filter(run=run) | Artifact.objects.filter(logged_model__in=run_page.models_of(run))
        if path:
            found = found.filter(path=path) | found.filter(path__startswith=f"{path.rstrip('/')}/")
        return self.page(found.select_related("logged_model").order_by("path", "pk"), RunFileSerializer)


class RunFile(RegistryAPIView):
    """One file of a run."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, parameters=[PATH, MODEL])
    def get(self, request: Request, slug: str, run_id: str) -> HttpResponseBase:
        """Download a file."""
        run = _run(self.get_project(slug), run_id)
        owner = _model(request, run) if _plain(request, "model") else run
        file = artifacts.find(owner, _plain(request, "path"))
        response = attachment(file.sha256, file.path.rpartition("/")[2])
        response["Content-Length"] = str(file.size)
        return response


class RunComparison(RegistryAPIView):
    """Runs side by side."""

    @extend_schema(
        responses=RunComparisonSerializer,
        operation_id="runs_compare",
        parameters=[OpenApiParameter("run", TEXT, many=True, required=True, description="A run id, once for each.")],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Compare runs: what differs, what is best."""
        comparison = Comparison.of(self.get_project(slug), request.query_params.getlist("run"))
        if len(comparison.runs) < 2:
            raise ValidationError({"run": ["Name at least two runs of this project, for example ?run=…&run=…."]})
        return Response(RunComparisonSerializer(comparison).data)


def _run(project: Project, run_id: str) -> Run:
    return get_object_or_404(Run.objects.select_related("experiment"), experiment__project=project, run_id=run_id)


def _told(project: Project, run_id: str) -> Response:
    listed = Run.objects.filter(experiment__project=project).listed().prefetch_related("datasets")
    run: Any = get_object_or_404(listed, run_id=run_id)  # Any: it is given what only a detail tells
    seal = run_page.seal_of(project, run)
    told = {
        "children": run.children.active().count(),
        "logged_models": run_page.models_of(run),
        "sealed_sha256": seal.sha256 if seal else "",
    }
    return Response(RunDetailSerializer(run, context=told).data)


def _model(request: Request, run: Run) -> LoggedModel:
    models = {model.model_id: model for model in run_page.models_of(run)}
    wanted = _plain(request, "model")
    if wanted not in models:
        raise artifacts.NoSuchArtifact("This run has no such logged model.")
    return models[wanted]


def _plain(request: Request, key: str) -> str:
    return request.query_params.get(key, "").replace("\0", "")
