"""Pages ask the database as often for thousands of rows as for one."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from canvas.roles import Role
from evaluation.models import EvaluationJob, KpiVerdict, MetricResult, SliceResult
from jobs.models import Job
from registry.models import ModelVersion, RegisteredModel
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import KpiFactory, MembershipFactory, ProjectFactory
from tests.factories.evaluation import EvaluationFactory, version_in

pytestmark = pytest.mark.django_db
LIST_CEILING = 14
DETAIL_CEILING = 24
FINISHED: dict[str, Any] = {"finished_at": "2026-11-20T09:00:00Z", "rows": 200, "results_sha256": "0" * 64}


def fill(project: Project, versions: int) -> None:
    """So many finished evaluations of as many versions, with ten results and a verdict each."""
    kpi = KpiFactory(project=project)
    first = version_in(project)
    model = RegisteredModel.objects.get(pk=first.model_id)
    fields = {"artifact_sha256": "0" * 64, "artifact_size": 1, "artifact_format": "skops", "model": model}
    people = {"trained_by": project.created_by, "uploaded_by": project.created_by}
    made = ModelVersion.objects.bulk_create(
        ModelVersion(number=2 + at, algorithm="x", artifact_name="m", **fields, **people) for at in range(versions)
    )
    jobs = Job.objects.bulk_create(
        Job(project=project, kind="evaluation", label="x", state="succeeded", requested_by=project.created_by)
        for _ in made
    )
    evaluations = EvaluationJob.objects.bulk_create(
        EvaluationJob(
            project=project,
            number=at + 1,
            job=job,
            version=version,
            mode="model",
            label_column="label",
            requested_by=project.created_by,
            **FINISHED,
        )
        for at, (job, version) in enumerate(zip(jobs, made, strict=True))
    )
    MetricResult.objects.bulk_create(
        MetricResult(evaluation=one, subject="model", metric=f"metric_{at}", value=0.5, low=0.4, high=0.6, n=200)
        for one in evaluations
        for at in range(10)
    )
    KpiVerdict.objects.bulk_create(
        KpiVerdict(
            evaluation=one,
            kpi=kpi,
            kpi_revision=1,
            kpi_name=kpi.name,
            metric="recall",
            direction="up",
            threshold=0.5,
            value=0.6,
            n=200,
            verdict="pass",
            reason="x",
        )
        for one in evaluations
    )


def test_a_projects_list_does_not_ask_more_often_for_500_versions(
    project: Project, viewer: User, client_as: ClientAs, django_assert_max_num_queries: Any
) -> None:
    fill(project, 500)
    client = client_as(viewer)
    with django_assert_max_num_queries(LIST_CEILING):
        html = client.get(reverse("evaluation:job-list", args=[project.slug])).content.decode()
    assert "#500" in html
    assert "1 of 1 met" in html


def test_the_list_of_all_does_not_ask_more_often_for_50_projects(
    project: Project, viewer: User, client_as: ClientAs, django_assert_max_num_queries: Any
) -> None:
    for _ in range(50):
        other = ProjectFactory(created_by=project.created_by)
        MembershipFactory(project=other, user=viewer, role=Role.VIEWER)
        EvaluationFactory(project=other)
    client = client_as(viewer)
    with django_assert_max_num_queries(LIST_CEILING):
        response = client.get(reverse("evaluation:job-list-all"))
    assert len(response.context["page"]) == 25


def test_the_api_does_not_ask_more_often_for_500_versions(
    project: Project, viewer: User, api_as: ApiAs, django_assert_max_num_queries: Any
) -> None:
    fill(project, 500)
    api = api_as(viewer)
    with django_assert_max_num_queries(LIST_CEILING):
        page = api.get(reverse("evaluation-api:evaluation-list", args=[project.slug])).json()
    assert page["count"] == 500
    assert len(page["results"]) == 50


def test_an_evaluation_page_does_not_ask_more_often_for_hundreds_of_results(
    project: Project, viewer: User, client_as: ClientAs, api_as: ApiAs, django_assert_max_num_queries: Any
) -> None:
    fill(project, 3)
    evaluation = EvaluationJob.objects.get(project=project, number=2)
    SliceResult.objects.bulk_create(
        SliceResult(
            evaluation=evaluation,
            column=f"column {at % 8}",
            value_label=f"value {at}",
            position=at,
            metric="recall",
            value=0.5,
            n=40,
        )
        for at in range(400)
    )
    client, api = client_as(viewer), api_as(viewer)
    with django_assert_max_num_queries(DETAIL_CEILING):
        html = client.get(evaluation.get_absolute_url()).content.decode()
    assert "value 399" in html
    with django_assert_max_num_queries(DETAIL_CEILING):
        found = api.get(reverse("evaluation-api:evaluation-detail", args=[project.slug, 2])).json()
    assert len(found["slices"]) == 400
