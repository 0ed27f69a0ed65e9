"""Eight scripts write to one run at once, as distributed training does: nothing is lost, and nobody is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry.models import Experiment, LatestMetric, Run, RunMetric
from tests.integration.mlflow.conftest import MlflowAs

WRITERS = 8
ROUNDS = 5


def at_once(work: Callable[[MlflowClient, int], Any]) -> list[Any]:
    """What each of the writers got, who began in the same instant."""
    begin = Barrier(WRITERS)

    def one(writer: int) -> Any:
        begin.wait(timeout=60)
        return work(MlflowClient(), writer)

    with ThreadPoolExecutor(WRITERS) as writers:
        return list(writers.map(one, range(WRITERS)))


def test_eight_writers_of_one_run_lose_nothing(mlflow_as: MlflowAs, contributor: User, project: Project) -> None:
    run_id = mlflow_as(contributor).create_run("0").info.run_id

    def write(client: MlflowClient, writer: int) -> None:
        for turn in range(ROUNDS):
            step = turn * WRITERS + writer
            # The keys in another order each time, which is what makes databases wait in circles.
            keys = [f"layer {n}" for n in range(10)][:: 1 if writer % 2 else -1]
            client.log_batch(
                run_id,
                metrics=[Metric(key, step * 1.5, step, step) for key in keys],
                params=[Param(f"of {writer} - {turn}", str(step)), Param("shared", "7")],
                tags=[RunTag("last writer", str(writer)), RunTag(f"seen {writer}", str(turn))],
            )
            client.log_metric(run_id, "loss", 1 / (1 + step), timestamp=step, step=step)
            client.log_param(run_id, "shared", 7)
            client.set_tag(run_id, "mlflow.note.content", f"by {writer}")

    at_once(write)

    run, total = Run.objects.get(run_id=run_id), WRITERS * ROUNDS
    assert RunMetric.objects.filter(run=run).count() == 11 * total
    latest = dict(LatestMetric.objects.filter(run=run).values_list("key", "value"))
    assert latest == {"loss": 1 / total} | {f"layer {n}": (total - 1) * 1.5 for n in range(10)}
    assert run.params.count() == total + 1
    tags = dict(run.tags.values_list("key", "value"))
    assert {tags[f"seen {writer}"] for writer in range(WRITERS)} == {str(ROUNDS - 1)}
    assert tags["mlflow.note.content"] == run.note


def test_of_eight_who_give_a_param_different_values_one_is_heard(mlflow_as: MlflowAs, contributor: User) -> None:
    run_id = mlflow_as(contributor).create_run("0").info.run_id

    def write(client: MlflowClient, writer: int) -> str:
        try:
            client.log_batch(run_id, params=[Param("depth", str(writer)), Param(f"of {writer}", "1")])
        except MlflowException as problem:
            return str(problem.error_code)
        return "kept"

    said = at_once(write)
    params = dict(Run.objects.get(run_id=run_id).params.values_list("key", "value"))
    winner = params.pop("depth")
    assert sorted(said) == ["INVALID_PARAMETER_VALUE"] * (WRITERS - 1) + ["kept"]
    assert params == {f"of {winner}": "1"}
    assert said[int(winner)] == "kept"


def test_eight_scripts_that_begin_in_a_new_project_find_one_default_experiment(
    mlflow_as: MlflowAs, contributor: User, project: Project
) -> None:
    mlflow_as(contributor)
    runs = at_once(lambda client, writer: client.create_run("0", run_name=f"run {writer}").info.run_id)
    assert len(set(runs)) == WRITERS
    assert Experiment.objects.get(project=project).is_default
    lines = AuditEntry.objects.filter(chain=project.chain).order_by("seq")
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    assert lines.filter(action="run.started").count() == WRITERS
