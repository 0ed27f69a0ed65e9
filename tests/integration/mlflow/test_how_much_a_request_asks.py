"""How many statements each request of a training script costs: scripts send thousands, and wait for each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts import services as accounts
from accounts.models import User
from canvas.models import Project
from registry.mlflow_api.messages.runs import runs_of
from registry.models import LatestMetric, Run, RunParam, RunTag
from registry.services import experiments
from tests.factories.registry import ExperimentFactory, RunFactory

ROOT = "/api/2.0/mlflow/runs"
# Who asks, for which project, in which role.
DOOR = 3
JOURNAL = 3

Cost = Callable[..., int]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are asked within, the marks of transactions left out."""
    asked: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield asked


@pytest.fixture
def cost(contributor: User, project: Project) -> Cost:
    """How many statements a request takes."""
    _, secret = accounts.create_token(contributor, project_id=project.pk, name="tests", lifetime=timedelta(days=1))
    client = Client(headers={"authorization": f"Bearer {secret}"})
    experiments.default_of(project)
    client.get(f"{ROOT}/get", {"run_id": "none"})  # the token's use is noted once a minute

    def ask(path: str, **said: Any) -> int:
        with counted() as asked:
            if path == "get":
                answered = client.get(f"{ROOT}/{path}", said)
            else:
                answered = client.post(f"{ROOT}/{path}", said, content_type="application/json")
        assert answered.status_code == 200, answered.content
        return len(asked)

    return ask


def test_what_scripts_send_most_costs_a_handful_of_statements(cost: Cost, project: Project) -> None:
    RunFactory(experiment=ExperimentFactory(project=project), run_id="7" * 32, status="RUNNING")
    run = {"run_id": "7" * 32}
    points = [{"key": f"m{n}", "value": n, "timestamp": n} for n in range(100)]
    many = [{"key": f"k{n}", "value": str(n)} for n in range(100)]
    # The experiment, the run and its tags, its journal line, and the run as it is told.
    assert cost("create", experiment_id="0", tags=many[:10]) == DOOR + 3 + JOURNAL + 4
    assert cost("log-parameter", **run, key="depth", value="3") == DOOR + 3
    assert cost("log-metric", **run, key="f1", value=0.9, timestamp=1) == DOOR + 3
    assert cost("log-batch", **run, metrics=points) == DOOR + 3
    assert cost("log-batch", **run, metrics=points, params=many, tags=many) == DOOR + 1 + 2 + 1 + 1
    assert cost("set-tag", **run, key="team", value="north") == DOOR + 2
    assert cost("get", **run) == DOOR + 1 + 4


def test_a_thousand_runs_are_told_in_as_many_statements_as_one(project: Project) -> None:
    experiment = ExperimentFactory(project=project)
    runs = Run.objects.bulk_create(
        Run(experiment=experiment, name=f"run {n}", created_by=project.created_by) for n in range(1_000)
    )
    for table in (RunParam, RunTag):
        table._default_manager.bulk_create([table(run=run, key="k", value="1") for run in runs])
    LatestMetric.objects.bulk_create([LatestMetric(run=run, key="f1", value=0.9) for run in runs])
    with counted() as asked:
        told = runs_of([run.pk for run in reversed(runs)])
    assert len(asked) == 4
    assert [one["info"]["run_name"] for one in told[:2]] == ["run 999", "run 998"]
    assert told[-1]["data"] == {
        "metrics": [{"key": "f1", "value": 0.9, "timestamp": 0, "step": 0}],
        "params": [{"key": "k", "value": "1"}],
        "tags": [{"key": "k", "value": "1"}],
    }
