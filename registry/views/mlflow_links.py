"""Addresses as MLflow's client prints them after a run, led to the page that shows the same here."""

import re

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from canvas.models import Project
from registry.models import Experiment, LoggedModel, ModelVersion, RegisteredModel, Run

RUN = re.compile(r"experiments/\d+/runs/(?P<run_id>[0-9a-f]{32})(/.*)?")
LOGGED = re.compile(r"experiments/\d+/models/(?P<model_id>m-[0-9a-f]{32})(/.*)?")
EXPERIMENT = re.compile(r"experiments/(?P<experiment>\d{1,18})(/.*)?")
VERSION = re.compile(r"models/(?P<name>[^/]+)/versions/(?P<number>\d{1,9})")
MODEL = re.compile(r"models/(?P<name>[^/]+)")


@require_safe
def mlflow_link(request: AuthenticatedRequest, rest: str) -> HttpResponse:
    """The page of the run, experiment, model or version that an address of MLflow's names; 404 where one sees none."""
    visible = Project.objects.visible_to(request.user)
    for pattern, page in (
        (RUN, _run),
        (LOGGED, _logged),
        (EXPERIMENT, _experiment),
        (VERSION, _version),
        (MODEL, _model),
    ):
        if found := pattern.fullmatch(rest.rstrip("/")):
            if answer := page(visible, found):
                return answer
            break
    raise Http404("There is no such record, or you may not see it.")


def _run(visible: QuerySet[Project], found: re.Match[str]) -> HttpResponse | None:
    run = Run.objects.filter(experiment__project__in=visible, run_id=found["run_id"]).first()
    return redirect("registry:run-detail", run.experiment.project.slug, run.run_id) if run else None


def _logged(visible: QuerySet[Project], found: re.Match[str]) -> HttpResponse | None:
    saved = LoggedModel.objects.filter(experiment__project__in=visible, model_id=found["model_id"])
    model = saved.select_related("source_run", "experiment__project").first()
    if model is None or model.source_run is None:
        return None
    version = ModelVersion.objects.filter(logged_model=model).order_by("-number").first()
    if version:
        return redirect(version)
    return redirect("registry:run-detail", model.experiment.project.slug, model.source_run.run_id)


def _experiment(visible: QuerySet[Project], found: re.Match[str]) -> HttpResponse | None:
    # Experiment 0 is every project's own, so its number leads nowhere in particular.
    experiment = Experiment.objects.filter(project__in=visible, pk=int(found["experiment"])).first()
    if experiment is None:
        return None
    answer = redirect("registry:run-list", experiment.project.slug)
    answer["Location"] += f"?experiment={experiment.pk}"
    return answer


def _version(visible: QuerySet[Project], found: re.Match[str]) -> HttpResponse | None:
    named = ModelVersion.objects.filter(model__project__in=visible, model__name=found["name"])
    version = named.filter(number=int(found["number"])).order_by("-created_at").first()
    return redirect(version) if version else None


def _model(visible: QuerySet[Project], found: re.Match[str]) -> HttpResponse | None:
    model = RegisteredModel.objects.filter(project__in=visible, name=found["name"]).order_by("-created_at").first()
    return redirect(model) if model else None
