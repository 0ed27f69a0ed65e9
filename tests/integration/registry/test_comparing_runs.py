"""Runs side by side: what differs, what is best, and a choice recorded from the page."""

import math

import pytest
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from registry.models import LatestMetric, Run, RunDataset, RunParam, SelectionRecord
from registry.run_comparison import Comparison
from tests.conftest import ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.registry import FACTS, EnvironmentFactory, RunFactory, documented_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(project: Project) -> list[Run]:
    """Three runs that differ in depth, score and loss; one loss is not a number, one score is missing."""
    made = [RunFactory(experiment__project=project, name=name) for name in ("shallow", "deep", "deeper")]
    for at, run in enumerate(made):
        RunParam.objects.create(run=run, key="alpha", value="same")
        RunParam.objects.create(run=run, key="depth", value=str(2**at))
        LatestMetric.objects.create(run=run, key="val_loss", value=(0.4, 0.2, 0.0)[at], is_nan=at == 2)
        if at < 2:
            LatestMetric.objects.create(run=run, key="auc", value=(0.8, 0.9)[at])
    return made


def url(project: Project) -> str:
    return reverse("registry:run-compare", args=[project.slug])


def test_what_differs_stands_first_and_the_best_is_marked_by_direction(project: Project, runs: list[Run]) -> None:
    compared = Comparison.of(project, [run.run_id for run in runs])
    assert [(line.label, line.differs) for line in compared.params] == [("depth", True), ("alpha", False)]
    auc, loss = compared.metrics
    assert (auc.key, auc.higher_is_better, auc.best, auc.cells) == ("auc", True, {1}, [0.8, 0.9, None])
    assert (loss.higher_is_better, loss.best) == (False, {1})
    assert math.isnan(loss.cells[2] or 0)
    assert Comparison.of(project, [run.run_id for run in runs], turned=["auc"]).metrics[0].best == {0}


def test_the_page_shows_everything_side_by_side(
    project: Project, runs: list[Run], viewer: User, client_as: ClientAs
) -> None:
    snapshot = documented_snapshot(project)
    RunDataset.objects.create(run=runs[0], dataset=snapshot, name="train", digest="abc", context="training")
    other = FACTS.__class__(**FACTS.__dict__ | {"packages": [{"name": "numpy", "version": "1.26.0"}]})
    for run, facts in zip(runs, (FACTS, other), strict=False):
        run.environment = EnvironmentFactory(project=project, facts=facts)
        run.save()
    page = client_as(viewer).get(url(project), {"run": [run.run_id for run in runs]})
    text = page.content.decode()
    assert page.status_code == 200
    assert "1.26.0" in text
    assert "Without a recorded environment: deeper." in text
    assert "train (abc)" in text
    assert "not a number" in text
    assert "Record a choice" not in text


def test_an_address_with_other_peoples_runs_or_nonsense_shows_only_what_is_here(
    project: Project, runs: list[Run], viewer: User, client_as: ClientAs
) -> None:
    foreign = RunFactory(experiment__project=ProjectFactory(), name="secret-name")
    asked = {"run": [runs[0].run_id, foreign.run_id, "non\0sense", runs[1].run_id, runs[1].run_id]}
    page = client_as(viewer).get(url(project), asked)
    assert [run.name for run in page.context["comparison"].runs] == ["shallow", "deep"]
    assert "secret-name" not in page.content.decode()
    assert "2 of the runs in this address are not shown" in page.content.decode()
    assert "Nothing to compare yet" in client_as(viewer).get(url(project), {"run": foreign.run_id}).content.decode()


def test_a_choice_is_recorded_from_the_page_and_a_mistake_keeps_what_was_typed(
    project: Project, runs: list[Run], contributor: User, client_as: ClientAs
) -> None:
    choose = reverse("registry:run-choose", args=[project.slug])
    sent = {
        "run": [run.run_id for run in runs],
        "chosen": runs[0].run_id,
        "metric": "val_loss",
        "direction": "lower",
        "reason": " ",
    }
    refused = client_as(contributor).post(choose, sent)
    assert (refused.status_code, SelectionRecord.objects.count()) == (422, 0)
    assert "shallow" in refused.content.decode()
    other = client_as(contributor).post(choose, sent | {"reason": "Small enough.", "chosen": runs[2].run_id})
    assert other.status_code == 422
    assert "has no value of" in other.content.decode()
    done = client_as(contributor).post(choose, sent | {"reason": "Small enough."}, follow=True)
    selection = SelectionRecord.objects.get()
    assert (selection.chosen, selection.higher_is_better, selection.rank) == (runs[0], False, 2)
    assert "Small enough." in done.content.decode()
