from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from evaluation.asked import Refused
from evaluation.comparison_chart import chart_of
from evaluation.data_centric import By, Group, compare
from evaluation.defaults import version_and_snapshot
from evaluation.forms import ModelEvaluationForm, PredictionsEvaluationForm
from evaluation.models import EvaluationJob
from evaluation.presentation import present
from evaluation.services import again, request_evaluation, request_from_file, thresholds_changed

PER_PAGE = 25
GROUPS_PER_PAGE = 5


@require_safe
def job_list_all(request: AuthenticatedRequest) -> HttpResponse:
    """The evaluations of every project that one may see."""
    visible = EvaluationJob.objects.filter(project__in=Project.objects.visible_to(request.user)).listed()
    page = Paginator(visible, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "evaluation/job_list_all.html", {"page": page})


@require_safe
def job_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """A project's evaluations, newest first."""
    project = get_project(request.user, slug)
    page = Paginator(project.evaluations.listed(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "evaluation/job_list.html", {"project": project, "page": page})


@require_safe
def comparison(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Evaluations side by side, with the model, the data or the recipe held fixed."""
    project = get_project(request.user, slug)
    asked = request.GET.get("by", "")
    by = By(asked) if asked in list(By) else By.DATA
    groups = compare(project, by)
    page = Paginator(groups, GROUPS_PER_PAGE).get_page(request.GET.get("page"))
    offered = {key: label for group in groups for key, label in group.metrics.items()}
    metric = request.GET.get("metric", "")
    shown = [(group, *chart_of(group, _metric(group, metric))) for group in page]
    context = {
        "project": project, "by": by.value, "page": page, "groups": shown, "offered": offered, "metric": metric,
        "is_evaluated": project.evaluations.finished().exists(),
    }  # fmt: skip
    return render(request, "evaluation/comparison.html", context)


@require_http_methods(["GET", "POST"])
def job_create(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Ask for a version to be run on a snapshot; everything is filled in as it usually should be."""
    project = get_project(request.user, slug, needs=Permission.EVALUATE)
    given = request.POST if request.method == "POST" else request.GET
    version, dataset = version_and_snapshot(project, given.get("version", ""), given.get("dataset", ""))
    if request.method == "POST":
        form = ModelEvaluationForm(request.POST, project=project, dataset=dataset)
        if form.is_valid():
            try:
                evaluation = request_evaluation(
                    form.cleaned_data["version"],
                    asked=form.asked(),
                    by=request.user,
                    idempotency_key=form.cleaned_data["request_key"] or None,
                )
            except Refused as reason:
                _show(form, reason)
            else:
                return redirect(evaluation)
    else:
        form = ModelEvaluationForm(project=project, dataset=dataset, initial={"version": version})
    context = {"project": project, "form": form, "version": version, "dataset": dataset}
    return render(request, "evaluation/job_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def job_create_predictions(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Ask for predictions from a file to be measured."""
    project = get_project(request.user, slug, needs=Permission.EVALUATE)
    version, _ = version_and_snapshot(project, request.GET.get("version", ""), "")
    if request.method == "POST":
        form = PredictionsEvaluationForm(request.POST, request.FILES, project=project)
        if form.is_valid():
            file = form.cleaned_data["predictions"]
            try:
                evaluation = request_from_file(
                    form.cleaned_data["version"],
                    source=file,
                    file_name=file.name,
                    asked=form.asked(),
                    by=request.user,
                    idempotency_key=form.cleaned_data["request_key"] or None,
                )
            except Refused as reason:
                _show(form, reason)
            else:
                return redirect(evaluation)
    else:
        form = PredictionsEvaluationForm(project=project, initial={"version": version})
    context = {"project": project, "form": form, "version": version}
    return render(request, "evaluation/predictions_form.html", context, status=422 if form.errors else 200)


@require_safe
def job_detail(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """One evaluation: what it found, or how far it is, or why it did not end well."""
    project = get_project(request.user, slug)
    evaluation = _evaluation(project, number)
    context = {
        "project": project,
        "evaluation": evaluation,
        "job": evaluation.job,
        "shown": present(evaluation) if evaluation.finished_at else None,
        "thresholds_changed": bool(evaluation.finished_at) and thresholds_changed(evaluation),
        "curves": evaluation.curves.defer("print_svg"),
        "lines": evaluation.job.log.all(),
    }
    return render(request, "evaluation/job_detail.html", context)


@require_POST
def job_again(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Ask for the same evaluation once more, against the thresholds as they stand now."""
    project = get_project(request.user, slug, needs=Permission.EVALUATE)
    earlier = _evaluation(project, number)
    try:
        return redirect(again(earlier, by=request.user))
    except Refused as reason:
        messages.error(request, str(reason))
        return redirect(earlier)


def _evaluation(project: Project, number: int) -> EvaluationJob:
    known = EvaluationJob.objects.select_related(
        "project", "job__project", "job__requested_by", "dataset", "version__model__project", "requested_by"
    )
    return get_object_or_404(known, project=project, number=number)


def _show(form: ModelEvaluationForm | PredictionsEvaluationForm, reason: Refused) -> None:
    form.add_error(reason.where if reason.where in form.fields else None, str(reason))


def _metric(group: Group, asked: str) -> str:
    return asked if asked in group.metrics else next(iter(group.metrics), "")
