"""Models that mean harm, registered and evaluated like any other: the evaluation fails, and nothing else happens."""

from pathlib import Path

import pytest

from canvas.models import Project
from data.models import Dataset
from evaluation.models import EvaluationJob
from evaluation.sandbox import tiers
from evaluation.sandbox.walls import Tier
from jobs.models import Job
from tests import hostile
from tests.factories.evaluation import cases, evaluated, pickle_of, snapshot, version_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def rows(project: Project) -> Dataset:
    project.allow_code_formats = True
    project.save()
    return snapshot(project, cases(60))


def run(project: Project, content: bytes, rows: Dataset) -> EvaluationJob:
    return evaluated(version_in(project, content=content, format="pickle"), dataset=rows)


def test_a_pickle_runs_where_the_project_allows_it_and_the_walls_hold(project: Project, rows: Dataset) -> None:
    evaluation = run(project, pickle_of("binary"), rows)
    if tiers.probe() is Tier.C:
        assert evaluation.job.state == Job.State.FAILED
        assert "cannot confine it" in evaluation.job.error
    else:
        assert (evaluation.job.state, evaluation.job.error) == (Job.State.SUCCEEDED, "")
        assert evaluation.sandbox_tier in {"A", "B"}


def test_a_pickle_that_writes_a_file_leaves_none(project: Project, rows: Dataset, tmp_path: Path) -> None:
    target = tmp_path / "taken"
    content = hostile.pickle_that_opens(target, tmp_path / "model.pkl").read_bytes()
    evaluation = run(project, content, rows)
    assert evaluation.job.state == Job.State.FAILED
    assert evaluation.job.error
    assert not target.exists()
    assert not evaluation.metrics.exists()


def test_a_pickle_that_opens_a_socket_fails(project: Project, rows: Dataset, tmp_path: Path) -> None:
    code = "import socket\nsocket.create_connection(('127.0.0.1', 9))"
    content = hostile.pickle_that_runs(code, tmp_path / "model.pkl").read_bytes()
    evaluation = run(project, content, rows)
    assert evaluation.job.state == Job.State.FAILED
    assert "forbid" in evaluation.job.error or "confine" in evaluation.job.error


def test_a_pickle_that_fills_memory_fails_and_says_so(project: Project, rows: Dataset, tmp_path: Path) -> None:
    content = hostile.pickle_that_fills_memory(tmp_path / "model.pkl").read_bytes()
    evaluation = run(project, content, rows)
    assert evaluation.job.state == Job.State.FAILED
    assert "memory" in evaluation.job.error or "confine" in evaluation.job.error
    assert evaluation.job.attempt == 1
