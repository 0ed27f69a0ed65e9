"""Versions side by side, field by field."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from canvas.models import BlockRevision, Project
from registry.environment_files import EnvironmentFacts
from registry.models import LatestMetric, ModelVersion, RegisteredModel
from tests.conftest import ApiAs, ClientAs
from tests.factories.evaluation import EvaluationFactory
from tests.factories.registry import EnvironmentFactory, ModelVersionFactory, RunFactory, fill_in_the_plan

pytestmark = pytest.mark.django_db
EVIL = "<b onclick=alert(1)>"


@pytest.fixture
def pair(model: RegisteredModel, project: Project) -> tuple[ModelVersion, ModelVersion]:
    """Two versions that differ in nearly everything; the plan was revised in between."""
    first_run, second_run = RunFactory(experiment__project=project), RunFactory(experiment__project=project)
    LatestMetric.objects.create(run=first_run, key="cv_auc", value=0.9)
    LatestMetric.objects.create(run=second_run, key="cv_auc", value=0.95)
    fill_in_the_plan(project)
    first = ModelVersionFactory(
        model=model, run=first_run, hyperparameters={"C": 1, "solver": "lbfgs"},
        environment=EnvironmentFactory(project=project),
        signature={"inputs": [{"name": "radius", "type": "double"}]},
    )  # fmt: skip
    BlockRevision.objects.create(project=project, block=3, number=2, answers={}, author=project.created_by)
    second = ModelVersionFactory(
        model=model, run=second_run, hyperparameters={"C": 10, "solver": "lbfgs", EVIL: EVIL},
        environment=EnvironmentFactory(
            project=project,
            facts=EnvironmentFacts(python_version="3.12.0", packages=[{"name": "numpy", "version": "2.4.0"}]),
        ),
        signature={"inputs": [{"name": "radius", "type": "float"}]}, created_at=timezone.now(),
    )  # fmt: skip
    return first, second


def compared(client: Any, model: RegisteredModel, *numbers: Any, status: int = 200) -> Any:
    url = reverse("registry-api:version-compare", args=[model.project.slug, model.name])
    answer = client.get(url, {"v": numbers})
    assert answer.status_code == status, answer.content
    return answer.json()


def test_every_kind_of_difference_is_told(
    pair: tuple[ModelVersion, ModelVersion], model: RegisteredModel, viewer: User, api_as: ApiAs
) -> None:
    told = compared(api_as(viewer), model, 1, 2)
    rows = {section["key"]: {row["label"]: row for row in section["rows"]} for section in told["sections"]}
    assert rows["hyperparameters"]["C"]["values"] == ["1", "10"]
    assert rows["hyperparameters"]["solver"]["is_same"]
    assert rows["environment"]["Python"]["values"] == ["3.11.7", "3.12.0"]
    assert rows["packages"]["numpy"]["values"] == ["2.3.4", "2.4.0"]
    assert rows["packages"]["scikit-learn"]["values"] == ["1.7.2", "–"]
    assert rows["signature"]["Input radius"]["values"] == ["double", "float"]
    assert rows["declared"]["cv_auc (declared)"]["values"] == ["0.9", "0.95"]
    plan = {label.partition(",")[0]: row["values"] for label, row in rows["plan"].items()}
    assert plan["Block 3"] == ["revision 1", "revision 2"]
    assert plan["Block 4"] == ["revision 1", "revision 1"]


def test_the_page_folds_what_is_the_same_and_escapes_the_rest(
    pair: tuple[ModelVersion, ModelVersion], model: RegisteredModel, viewer: User, client_as: ClientAs
) -> None:
    url = reverse("registry:version-compare", args=[model.project.slug, model.name])
    page = client_as(viewer).get(url, {"v": [1, 2]}).content.decode()
    assert "<summary>1 the same</summary>" in page
    assert EVIL not in page
    assert "revision 2" in page


def test_what_was_measured_is_offered_to_the_comparison(
    pair: tuple[ModelVersion, ModelVersion], model: RegisteredModel, viewer: User, api_as: ApiAs
) -> None:
    evaluation = EvaluationFactory(version=pair[0], finished_at=timezone.now())
    evaluation.metrics.create(
        subject="model", metric="roc_auc", value=0.91, low=0.85, high=0.95, n=114, method="DeLong"
    )
    rows = {
        row["label"]: row["values"]
        for section in compared(api_as(viewer), model, 1, 2)["sections"]
        if section["key"] == "measured"
        for row in section["rows"]
    }
    assert rows["ROC AUC (measured)"] == ["0.910 (0.850 to 0.950)", "–"]


def test_up_to_four_versions_stand_side_by_side_in_the_order_asked(
    pair: tuple[ModelVersion, ModelVersion],
    model: RegisteredModel,
    viewer: User,
    api_as: ApiAs,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        ModelVersionFactory(model=model)
    client = api_as(viewer)
    with django_assert_max_num_queries(40):
        told = compared(client, model, 5, 1, 3, 2, 4)
    assert told["versions"] == [5, 1, 3, 2]
    assert all(len(row["values"]) == 4 for section in told["sections"] for row in section["rows"])


@pytest.mark.parametrize("numbers", [(), (1,), (1, 1), ("x", "y"), ("9" * 400, 1)])
def test_fewer_than_two_versions_are_asked_for(
    numbers: tuple[Any, ...],
    pair: tuple[ModelVersion, ModelVersion],
    model: RegisteredModel,
    viewer: User,
    api_as: ApiAs,
    client_as: ClientAs,
) -> None:
    assert "two to four" in compared(api_as(viewer), model, *numbers, status=400)["v"][0]
    url = reverse("registry:version-compare", args=[model.project.slug, model.name])
    assert client_as(viewer).get(url, {"v": numbers}).status_code == 200


def test_a_version_that_is_not_there_is_not_found(
    pair: tuple[ModelVersion, ModelVersion], model: RegisteredModel, viewer: User, api_as: ApiAs
) -> None:
    compared(api_as(viewer), model, 1, 77, status=404)


def test_a_versions_page_compares_it_with_the_one_before_even_when_others_came_after(
    model: RegisteredModel, viewer: User, client_as: ClientAs
) -> None:
    alone = ModelVersionFactory(model=model)
    client, url = client_as(viewer), reverse("registry:version-compare", args=[model.project.slug, model.name])
    assert url not in client.get(alone.get_absolute_url()).content.decode()
    second, third = ModelVersionFactory(model=model), ModelVersionFactory(model=model)
    for version, offered in ((alone, (1, 2)), (second, (1, 2)), (third, (2, 3))):
        page = client.get(version.get_absolute_url()).content.decode()
        assert f'href="{url}?v={offered[0]}&amp;v={offered[1]}"' in page
