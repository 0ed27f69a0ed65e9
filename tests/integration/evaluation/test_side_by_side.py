"""Evaluations are compared with one thing held fixed: the model, the rows, or everything but the training data."""

from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from canvas.models import Project
from data.models import Dataset, RowOverlap
from evaluation.data_centric import By, compare
from evaluation.models import EvaluationJob, MetricResult
from registry.models import ModelVersion, VersionDataset
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import DatasetFactory, LabelingMethodFactory
from tests.factories.evaluation import EvaluationFactory, version_in
from tests.factories.registry import ModelVersionFactory


def snapshot(project: Project, name: str, **kwargs: Any) -> Dataset:
    said: dict[str, Any] = {
        "project": project,
        "name": name,
        "split_role": "test",
        "sha256": name.encode().hex().ljust(64, "0"),
    }
    made: Dataset = DatasetFactory(**said | kwargs)
    return made


def evaluated(
    version: ModelVersion, dataset: Dataset, value: float, low: float, high: float, **kwargs: Any
) -> EvaluationJob:
    done: EvaluationJob = EvaluationFactory(
        project=version.model.project,
        version=version,
        dataset=dataset,
        finished_at=timezone.now(),
        is_held_out=True,
        **kwargs,
    )
    MetricResult.objects.create(
        evaluation=done, subject="model", metric="recall", value=value, low=low, high=high, n=200, method="Wilson"
    )
    return done


@pytest.fixture
def version(project: Project) -> ModelVersion:
    return version_in(project)


def test_one_model_on_two_snapshots_is_a_data_centric_row_for_each(
    project: Project, version: ModelVersion, viewer: User, client_as: ClientAs
) -> None:
    labels = LabelingMethodFactory(project=project, name="Second reading")
    first, corrected = snapshot(project, "June"), snapshot(project, "June corrected", labeling_method=labels)
    evaluated(version, first, 0.70, 0.63, 0.76)
    evaluated(version, corrected, 0.90, 0.85, 0.93)
    (group,) = compare(project, By.DATA)
    assert [row.label for row in group.rows] == ["June, snapshot 1", "June corrected, snapshot 1"]
    difference = group.rows[1].cells["recall"].difference
    assert difference is not None
    # MOVER, worked out apart: 0.2 − √(0.05² + 0.06²) and 0.2 + √(0.03² + 0.07²)
    assert difference.low == pytest.approx(0.2 - np.sqrt(0.05**2 + 0.06**2))
    assert difference.high == pytest.approx(0.2 + np.sqrt(0.03**2 + 0.07**2))
    assert difference.standing == "better"
    text = client_as(viewer).get(reverse("evaluation:comparison", args=[project.slug])).content.decode()
    assert "Second reading, version 1" in text
    assert "0.200 higher" in text
    assert "n = 200" in text
    assert 'role="img"' in text


def test_a_difference_whose_interval_holds_zero_is_not_shown(project: Project, version: ModelVersion) -> None:
    evaluated(version, snapshot(project, "a"), 0.80, 0.70, 0.88)
    evaluated(version, snapshot(project, "b"), 0.84, 0.74, 0.91)
    (group,) = compare(project, By.DATA)
    difference = group.rows[1].cells["recall"].difference
    assert difference is not None
    assert difference.standing == "inconclusive"
    assert difference.sentence.endswith("not shown to differ")


def test_the_latest_evaluation_of_a_row_counts_and_unfinished_ones_do_not(
    project: Project, version: ModelVersion
) -> None:
    first, second = snapshot(project, "a"), snapshot(project, "b")
    evaluated(version, first, 0.1, 0.0, 0.2)
    evaluated(version, first, 0.8, 0.7, 0.9)
    EvaluationFactory(project=project, version=version, dataset=second)
    assert compare(project, By.DATA) == []
    evaluated(version, second, 0.8, 0.7, 0.9)
    (group,) = compare(project, By.DATA)
    assert [row.cells["recall"].estimate.value for row in group.rows] == [0.8, 0.8]


def test_the_same_file_registered_twice_is_one_model(project: Project, version: ModelVersion) -> None:
    again = version_in(project)  # the same bytes under the next number
    evaluated(version, snapshot(project, "a"), 0.8, 0.7, 0.9)
    evaluated(again, snapshot(project, "b"), 0.8, 0.7, 0.9)
    assert len(compare(project, By.DATA)) == 1
    assert compare(project, By.MODEL) == []


def test_two_models_on_the_same_rows_are_the_model_centric_view(
    project: Project, version: ModelVersion, viewer: User, api_as: ApiAs
) -> None:
    other = version_in(project, content=b"other bytes")
    rows = snapshot(project, "a")
    evaluated(version, rows, 0.9, 0.88, 0.92)
    evaluated(other, rows, 0.7, 0.66, 0.74)
    url = reverse("evaluation-api:comparison", args=[project.slug])
    (group,) = api_as(viewer).get(url, {"by": "model"}).json()["results"]
    assert [row["changed"] for row in group["rows"]] == [str(version), str(other)]
    assert group["rows"][1]["metrics"]["recall"]["difference"]["standing"] == "worse"
    assert "a paired interval would be narrower" in group["method"]
    assert api_as(viewer).get(url).json()["results"] == []
    assert api_as(viewer).get(url, {"by": "weather"}).status_code == 400


def test_one_recipe_with_other_training_data_is_compared_on_one_test_set(
    project: Project, version: ModelVersion, viewer: User, client_as: ClientAs
) -> None:
    test = snapshot(project, "test")
    versions = [version, version_in(project, content=b"b")]
    stronger = ModelVersionFactory(model=version.model, algorithm=version.algorithm, hyperparameters={"C": 3})
    for one, name in zip([*versions, stronger], ("winter", "winter and spring", "summer"), strict=True):
        learned = snapshot(project, name, split_role="train")
        VersionDataset.objects.create(version=one, dataset=learned, use=VersionDataset.Use.TRAINING)
    for one in ModelVersion.objects.order_by("number"):
        evaluated(one, test, 0.8, 0.7, 0.9)
    (group,) = compare(project, By.TRAINING)
    assert [row.label for row in group.rows] == ["winter, snapshot 1", "winter and spring, snapshot 1"]
    url = reverse("evaluation:comparison", args=[project.slug])
    assert "winter and spring, snapshot 1" in client_as(viewer).get(url, {"by": "training"}).content.decode()


def test_snapshots_that_share_rows_are_said_to(project: Project, version: ModelVersion) -> None:
    first, second = snapshot(project, "a"), snapshot(project, "b")
    evaluated(version, first, 0.8, 0.7, 0.9)
    evaluated(version, second, 0.8, 0.7, 0.9)
    assert "separate samples" in compare(project, By.DATA)[0].method
    RowOverlap.objects.create(
        first=first, second=second, shared=7, first_rows=60, second_rows=60, compared="whole rows"
    )
    assert "share rows with the first" in compare(project, By.DATA)[0].method


def test_nothing_to_compare_says_what_to_do(project: Project, viewer: User, client_as: ClientAs) -> None:
    url = reverse("evaluation:comparison", args=[project.slug])
    for by in ("data", "training", "model", "nonsense"):
        assert "Nothing has been evaluated yet" in client_as(viewer).get(url, {"by": by}).content.decode()


def test_more_evaluations_make_no_more_queries(
    project: Project,
    version: ModelVersion,
    viewer: User,
    client_as: ClientAs,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(12):
        evaluated(version, snapshot(project, f"rows {n}"), 0.8, 0.7, 0.9)
    client, url = client_as(viewer), reverse("evaluation:comparison", args=[project.slug])
    with django_assert_max_num_queries(14):
        assert client.get(url).status_code == 200
