"""Choosing one run among candidates: what is kept, that it is read anew, and what is refused."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry.models import LatestMetric, Run, RunParam, SelectionRecord
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.registry import ModelVersionFactory, RunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidates(project: Project) -> list[Run]:
    """Three finished runs, the second the best by accuracy, the third without a number."""
    runs = [RunFactory(experiment__project=project, name=name) for name in ("linear", "forest", "broken")]
    for run, value in zip(runs, (0.8, 0.9, 0.0), strict=True):
        LatestMetric.objects.create(run=run, key="accuracy", value=value, is_nan=run is runs[2])
        RunParam.objects.create(run=run, key="kind", value=run.name)
    return runs


def choice(runs: list[Run], **changed: Any) -> dict[str, Any]:
    return {
        "chosen": runs[0].run_id,
        "candidates": [run.run_id for run in runs],
        "metric": "accuracy",
        "higher_is_better": True,
        "reason": "Nearly as good, and a nurse can follow it.",
    } | changed


def url(project: Project) -> str:
    return reverse("registry-api:selection-list", args=[project.slug])


def test_a_choice_keeps_the_candidates_as_they_stood_the_best_first(
    project: Project, candidates: list[Run], contributor: User, viewer: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    answer = api_as(contributor).post(url(project), choice(candidates), format="json")
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert [(one["name"], one["value"]) for one in body["candidates"]] == [
        ("forest", 0.9),
        ("linear", 0.8),
        ("broken", None),
    ]
    assert (body["rank"], body["by"], body["candidates"][1]["params"]) == (2, "contributor", {"kind": "linear"})
    line = AuditEntry.objects.get(action="run.chosen")
    assert line.object_label == "linear among 3 runs by accuracy"

    LatestMetric.objects.filter(run=candidates[1]).update(value=0.1)
    page = client_as(viewer).get(SelectionRecord.objects.get().get_absolute_url()).content.decode()
    assert ">0.9</td>" in page
    assert "Nearly as good" in page
    assert "not the best by the metric" in page
    assert "linear" in client_as(viewer).get(reverse("registry:selection-list", args=[project.slug])).content.decode()


def test_the_page_of_a_version_says_why_its_run_was_chosen(
    project: Project, candidates: list[Run], contributor: User, api_as: ApiAs
) -> None:
    from registry.templatetags.registry_panels import selection_of  # noqa: PLC0415  the tag itself is the promise

    api_as(contributor).post(url(project), choice(candidates), format="json")
    version = ModelVersionFactory(model__project=project, run=candidates[0])
    assert [one.reason for one in selection_of(version)["selections"]] == ["Nearly as good, and a nurse can follow it."]
    assert list(selection_of(ModelVersionFactory(model__project=project))["selections"]) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"reason": "  "}, "blank"),
        ({"metric": "f1"}, "no value of"),
        ({"candidates": []}, "A choice is among"),
        ({"candidates": ["0" * 32]}, "There is no run"),
        ({"reason": "\0"}, "NUL character"),
        ({"higher_is_better": "perhaps"}, "Must be a valid boolean"),
    ],
)
def test_what_does_not_fit_together_is_refused_and_nothing_is_kept(
    changed: dict[str, Any], says: str, project: Project, candidates: list[Run], contributor: User, api_as: ApiAs
) -> None:
    answer = api_as(contributor).post(url(project), choice(candidates, **changed), format="json")
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not SelectionRecord.objects.exists()


def test_a_run_of_another_project_is_as_good_as_absent(
    project: Project, candidates: list[Run], contributor: User, api_as: ApiAs
) -> None:
    foreign = RunFactory(experiment__project=ProjectFactory())
    sent = choice(candidates, candidates=[candidates[0].run_id, foreign.run_id])
    answer = api_as(contributor).post(url(project), sent, format="json")
    assert answer.status_code == 400
    assert answer.json() == {"detail": f"There is no run {foreign.run_id} in this project. Compare the runs again."}


def test_nobody_chooses_while_a_candidate_is_still_going(
    project: Project, candidates: list[Run], contributor: User, api_as: ApiAs
) -> None:
    Run.objects.filter(pk=candidates[1].pk).update(status=Run.Status.RUNNING)
    answer = api_as(contributor).post(url(project), choice(candidates), format="json")
    assert (answer.status_code, SelectionRecord.objects.count()) == (409, 0)
    Run.objects.filter(pk=candidates[1].pk).update(status=Run.Status.FAILED)
    assert api_as(contributor).post(url(project), choice(candidates), format="json").status_code == 201
