"""The same records in MLflow's own store and in ours, searched in the same ways: the answers have to be the same."""

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from mlflow.entities import Metric, Param, RunStatus, RunTag, ViewType
from mlflow.entities.model_registry import ModelVersionTag, RegisteredModelTag
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as ModelStore
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore as RunStore

from accounts.models import User
from canvas.models import Project
from registry.models import LatestMetric, ModelVersion, Run
from tests.conftest import ApiAs
from tests.factories.registry import ExperimentFactory, ModelVersionFactory, RegisteredModelFactory, RunFactory

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = 1_772_366_400_000  # START in milliseconds
RUNS = 24
ASKED = 40
WORDS = ["Adam", "adam", "sgd", "SGD", "", "0.1", "0.01", "10", "9", "a%b", "a_b", "aXb"]
PATTERNS = ["%", "a%", "%A%", "_dam", "sgd", "0._%", "a_b", "", "%b"]


@pytest.fixture(scope="module")
def chance() -> random.Random:
    return random.Random(20260301)


@pytest.fixture(scope="module")
def run_store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    folder: Path = tmp_path_factory.mktemp("mlflow")
    return RunStore(f"sqlite:///{folder}/mlflow.db", str(folder / "artifacts"))


def described(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Runs with some of everything, many of them alike."""
    for number in range(RUNS):
        yield {
            "name": f"run {number}",
            "start": number // 3,
            "end": chance.choice([None, 50, 60]),
            "status": chance.choice(["RUNNING", "FINISHED", "FAILED"]),
            "user": chance.choice(["alice", "Bob"]),
            "metrics": {
                key: chance.choice([0.0, 0.5, 0.5, -1.0, 2.25, math.nan]) for key in "xyz" if chance.random() < 0.7
            },
            "params": {key: chance.choice(WORDS) for key in "pq" if chance.random() < 0.7},
            "tags": {key: chance.choice(WORDS) for key in "tu" if chance.random() < 0.7},
        }


def record_there(store: RunStore, experiment_id: str, run: dict[str, Any]) -> str:
    made = store.create_run(experiment_id, run["user"], FIRST + 1000 * run["start"], [], run["name"])
    run_id: str = made.info.run_id
    store.log_batch(
        run_id,
        [Metric(key, value, FIRST, 0) for key, value in run["metrics"].items()],
        [Param(key, value) for key, value in run["params"].items()],
        [RunTag(key, value) for key, value in run["tags"].items()],
    )
    end = run["end"] and FIRST + 1000 * run["end"]
    store.update_run_info(run_id, RunStatus.from_string(run["status"]), end, None)
    return run_id


def record_here(project: Project, run_id: str, run: dict[str, Any]) -> None:
    made: Run = RunFactory(
        experiment=ExperimentFactory(project=project, name="searched"),
        run_id=run_id,
        name=run["name"],
        status=run["status"],
        started_by=run["user"],
        started_at=START + timedelta(seconds=run["start"]),
        ended_at=None if run["end"] is None else START + timedelta(seconds=run["end"]),
    )
    for key, value in run["metrics"].items():
        is_nan = math.isnan(value)
        LatestMetric.objects.create(run=made, key=key, value=0.0 if is_nan else value, is_nan=is_nan)
    for key, text in run["params"].items():
        made.params.create(key=key, value=text)
    for key, text in run["tags"].items():
        made.tags.create(key=key, value=text)


def clause(chance: random.Random) -> str:
    """One clause that both understand."""
    numeric = ["=", "!=", "<", "<=", ">", ">="]
    key = chance.choice("pqtu")
    rows = chance.choice(["params", "param", "parameters", "parameter"] if key in "pq" else ["tags", "tag"])
    return chance.choice(
        [
            f"metrics.{chance.choice('xyz')} {chance.choice(numeric)} {chance.choice(['0', '0.5', '-1', '2.25', '1e1'])}",
            f"{rows}.{key} {chance.choice(['=', '!='])} '{chance.choice(WORDS)}'",
            f"{rows}.`{key}` {chance.choice(['LIKE', 'ILIKE', 'like'])} '{chance.choice(PATTERNS)}'",
            f"{rows}.{key} IS {chance.choice(['', 'NOT '])}NULL",
            f"status {chance.choice(['=', '!='])} '{chance.choice(['RUNNING', 'FINISHED'])}'",
            f"attributes.user_id {chance.choice(['=', '!=', 'LIKE', 'ILIKE'])} '{chance.choice(['alice', 'bob', 'B%'])}'",
            f"run_name {chance.choice(['LIKE', 'ILIKE', '=', '!='])} '{chance.choice(['run 1%', 'RUN _', 'run 7'])}'",
            f"{chance.choice(['start_time', 'created'])} {chance.choice(numeric)} {FIRST + 1000 * chance.randrange(9)}",
            f"end_time {chance.choice(numeric)} {FIRST + 1000 * chance.choice([50, 60])}",
        ]
    )


def order(chance: random.Random) -> list[str]:
    """What to order by, each thing once."""
    keys = ["metrics.x", "metrics.y", "params.p", "params.q", "tags.t", "start_time", "end_time", "status", "run_name"]
    return [f"{key} {chance.choice(['ASC', 'DESC'])}" for key in chance.sample(keys, chance.randrange(4))]


def test_runs_are_found_as_mlflow_finds_them(
    project: Project, owner: User, api_as: ApiAs, run_store: RunStore, chance: random.Random
) -> None:
    there = run_store.create_experiment("searched")
    for run in described(chance):
        record_here(project, record_there(run_store, there, run), run)
    here, client = project.experiments.get(name="searched").mlflow_id, api_as(owner)
    worth = 0
    for _ in range(ASKED):
        filtered = " AND ".join(clause(chance) for _ in range(chance.randrange(3)))
        wanted, size = order(chance), chance.choice([3, 50])
        theirs: list[str] = []
        ours: list[str] = []
        token = None
        while token != "":
            page = run_store.search_runs([there], filtered, ViewType.ACTIVE_ONLY, size, wanted, token)
            theirs += [run.info.run_name for run in page]
            token = page.token or ""
        token = ""
        while token is not None:
            sent = {"experiment_ids": [here], "filter": filtered, "order_by": wanted, "max_results": size}
            page = client.post(reverse("mlflow:run-search"), sent | {"page_token": token}, format="json").json()
            ours += [run["info"]["run_name"] for run in page.get("runs", [])]
            token = page.get("next_page_token")
        assert ours == theirs, (filtered, wanted)
        worth += len(ours) > 1
    assert worth > ASKED // 2  # else little was put in order


def test_models_and_versions_are_found_as_mlflow_finds_them(
    project: Project, owner: User, api_as: ApiAs, run_store: RunStore, chance: random.Random
) -> None:
    store, client = ModelStore(run_store.db_uri), api_as(owner)
    names = ["Mass", "mass 2", "mass_2", "Prompt", "other"]
    for name in names:
        tags = {"team": chance.choice(WORDS[:4])} if name != "other" else {}
        tags |= {"mlflow.prompt.is_prompt": "true"} if name == "Prompt" else {}
        store.create_registered_model(name, [RegisteredModelTag(key, value) for key, value in tags.items()])
        model = RegisteredModelFactory(project=project, name=name)
        for key, value in tags.items():
            model.tags.create(key=key, value=value)
        for number in (1, 2, 3):
            marks = {"t": chance.choice(WORDS[:4])} if number > 1 else {}
            marks |= {"mlflow.prompt.is_prompt": "true"} if name == "Prompt" else {}
            source, run_id = f"s3://kept/{name}/{number}", f"{number}" * 32
            store.create_model_version(name, source, run_id, [ModelVersionTag(*pair) for pair in marks.items()])
            run = Run.objects.filter(run_id=run_id).first() or RunFactory(experiment__project=project, run_id=run_id)
            version: ModelVersion = ModelVersionFactory(model=model, number=number, source=source, run=run)
            for key, value in marks.items():
                version.tags.create(key=key, value=value)
    likes = ["=", "!=", "LIKE", "ILIKE"]
    for _ in range(ASKED):
        about = chance.choice(
            [
                "",
                f"name {chance.choice(likes)} '{chance.choice(['Mass', 'mass_2', 'MASS%', 'Prompt'])}'",
                f"name {chance.choice(['IN', 'NOT IN'])} ('Mass', 'Prompt')",
                f"tags.team {chance.choice(likes)} '{chance.choice(['Adam', 'a%', 'sgd'])}'",
                f"tags.`mlflow.prompt.is_prompt` {chance.choice(['=', '!='])} '{chance.choice(['true', 'false'])}'",
            ]
        )
        way = chance.choice([["name DESC"], ["name"], []])
        theirs = [model.name for model in store.search_registered_models(about, 100, way)]
        found = client.get(reverse("mlflow:model-search"), {"filter": about, "order_by": way}).json()
        assert [model["name"] for model in found.get("registered_models", [])] == theirs, (about, way)

        about = chance.choice(
            [
                about.replace("tags.team", "tags.t"),
                f"version_number {chance.choice(['=', '!=', '<', '>='])} {chance.randrange(4)}",
                f"run_id {chance.choice(['=', '!='])} '{'1' * 32}'",
                f"run_id IN ('{'1' * 32}', '{'3' * 32}') AND name = 'Mass'",
                f"source_path {chance.choice(likes)} '{chance.choice(['s3://kept/Mass/1', 's3://KEPT/%', '%_2/_'])}'",
            ]
        )
        way = chance.choice([["name DESC", "version_number"], ["version_number DESC"], ["name"]])
        theirs = [f"{one.name} {one.version}" for one in store.search_model_versions(about, 100, way)]
        found = client.get(reverse("mlflow:model-version-search"), {"filter": about, "order_by": way}).json()
        assert [f"{one['name']} {one['version']}" for one in found.get("model_versions", [])] == theirs, (about, way)
