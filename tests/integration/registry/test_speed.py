"""How many queries a page needs, whatever the number of rows."""

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from canvas.models import Project
from registry.models import (
    LatestMetric,
    ModelVersion,
    PromotionRequest,
    RegisteredModel,
    Run,
    RunParam,
    StageAssignment,
)
from tests.conftest import ApiAs, ClientAs
from tests.factories.registry import ExperimentFactory, PromotionFactory, ready_version

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def many_versions(model: RegisteredModel, version: ModelVersion, approver: User) -> None:
    """500 versions with an alias, a closed stage and a request each."""
    copies = ModelVersion.objects.bulk_create(
        ModelVersion(
            model=model, number=number, algorithm="rule", artifact_name="m.skops", artifact_format="skops",
            artifact_sha256=version.artifact_sha256, artifact_size=1, environment=version.environment,
            trained_by=version.trained_by, uploaded_by=version.uploaded_by,
        )
        for number in range(2, 502)
    )  # fmt: skip
    stage = version.stage_assignments.get().stage
    StageAssignment.objects.bulk_create(
        StageAssignment(version=copy, stage=stage, assigned_by=approver) for copy in copies
    )
    model.aliases.bulk_create(
        model.aliases.model(model=model, name=f"alias-{copy.number}", version=copy, moved_by=approver)
        for copy in copies
    )
    PromotionRequest.objects.bulk_create(
        PromotionRequest(
            project=model.project, number=copy.number, version=copy, stage=stage, reason="Better.",
            requested_by=version.uploaded_by,
        )
        for copy in copies
    )  # fmt: skip


@pytest.fixture
def many_runs(project: Project) -> None:
    """500 runs with ten metric values and ten parameters each."""
    experiment = ExperimentFactory(project=project)
    runs = Run.objects.bulk_create(
        Run(experiment=experiment, name=f"run {n}", created_by=project.created_by) for n in range(500)
    )
    LatestMetric.objects.bulk_create(LatestMetric(run=run, key=f"m{n}", value=n) for run in runs for n in range(10))
    RunParam.objects.bulk_create(RunParam(run=run, key=f"p{n}", value=n) for run in runs for n in range(10))


@pytest.mark.usefixtures("many_versions", "many_runs")
@pytest.mark.parametrize(
    ("name", "args", "ceiling"),
    [
        ("registry:model-list", [], 13),
        ("registry:model-detail", ["breast-mass"], 20),
        ("registry:version-detail", ["breast-mass", 1], 45),
        ("registry:promotion-list", [], 12),
        ("registry:promotion-detail", [2], 45),
        ("registry:run-list", [], 22),
        ("registry:environment-list", [], 12),
    ],
)
def test_a_page_stays_under_its_ceiling(
    name: str,
    args: list[str | int],
    ceiling: int,
    project: Project,
    viewer: User,
    client_as: ClientAs,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_as(viewer)
    with django_assert_max_num_queries(ceiling):
        assert client.get(reverse(name, args=[project.slug, *args])).status_code == 200


@pytest.mark.usefixtures("many_versions")
def test_the_reviews_page_stays_under_its_ceiling(
    approver: User, client_as: ClientAs, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_as(approver)
    with django_assert_max_num_queries(16):
        page = client.get(reverse("registry:review-list"))
    assert len(page.context["waiting"]) == 50


@pytest.mark.usefixtures("many_versions", "many_runs")
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("model-list", []),
        ("version-list", ["breast-mass"]),
        ("stage-history", ["breast-mass"]),
        ("alias-list", ["breast-mass"]),
        ("run-list", []),
        ("promotion-list", []),
    ],
)
def test_a_list_by_rest_stays_under_its_ceiling(
    name: str,
    args: list[str],
    project: Project,
    viewer: User,
    api_as: ApiAs,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = api_as(viewer)
    with django_assert_max_num_queries(14):
        answer = client.get(reverse(f"registry-api:{name}", args=[project.slug, *args]), {"limit": 200})
    assert answer.status_code == 200
    assert answer.json()["results"]


def test_reviews_wait_only_for_those_who_may_decide(
    model: RegisteredModel, contributor: User, approver: User, viewer: User, client_as: ClientAs
) -> None:
    mine = PromotionFactory(version=ready_version(model, uploaded_by=contributor), requested_by=approver)
    other = PromotionFactory(
        version=ready_version(model, uploaded_by=contributor, trained_by=contributor), requested_by=contributor
    )
    seen = client_as(approver).get(reverse("registry:review-list")).context
    assert list(seen["waiting"]) == [other]
    assert list(seen["mine"]) == [mine]
    assert list(client_as(viewer).get(reverse("registry:review-list")).context["waiting"]) == []
