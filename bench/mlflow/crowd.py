"""Thousands of runs for searches, the same in both databases: written there directly, since neither API makes a crowd soon."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

BEGAN_MS = 1_780_000_000_000
METRICS = ("accuracy", "f1", "loss", "precision", "recall")
TAGS = ("mlflow.user", "mlflow.source.name", "mlflow.source.type", "team", "host")
SIZES = {2_000: 102, 20_000: 103}
"""How many runs, and the experiment of MLflow's that they lie in."""


@dataclass(frozen=True)
class Made:
    """One run of the crowd."""

    run_id: str
    name: str
    start_ms: int
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]


def runs(number: int) -> Iterator[Made]:
    """The same runs whenever it is asked."""
    chance = Random(number)
    for n in range(number):
        name = f"run-{n}"
        params = {f"p{k}": str(chance.randrange(1000)) for k in range(4)} | {"rate": f"0.{chance.randrange(10)}"}
        yield Made(
            run_id=UUID(int=chance.getrandbits(128)).hex,
            name=name,
            start_ms=BEGAN_MS + n,
            params=params,
            metrics={key: chance.random() for key in METRICS},
            tags={key: f"{key}-{n % 7}" for key in TAGS} | {"mlflow.runName": name},
        )


def into_mlflow(database: Path) -> None:
    """Write the crowds into a database that `mlflow server` has laid out."""
    with sqlite3.connect(database) as connection:
        for number, experiment in SIZES.items():
            place = f"mlflow-artifacts:/{experiment}"
            connection.execute(
                "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, "
                "last_update_time) VALUES (?, ?, ?, 'active', ?, ?)",
                (experiment, f"crowd of {number}", place, BEGAN_MS, BEGAN_MS),
            )
            for run in runs(number):
                _insert(connection, run, experiment, place)
    connection.close()


def _insert(connection: sqlite3.Connection, run: Made, experiment: int, place: str) -> None:
    connection.execute(
        "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, "
        "source_version, lifecycle_stage, artifact_uri, experiment_id) "
        "VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, '', 'active', ?, ?)",
        (run.run_id, run.name, run.start_ms, f"{place}/{run.run_id}/artifacts", experiment),
    )
    connection.executemany(
        "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
        [(key, value, run.run_id) for key, value in run.params.items()],
    )
    connection.executemany(
        "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
        [(key, value, run.run_id) for key, value in run.tags.items()],
    )
    points = [(key, value, run.start_ms, run.run_id) for key, value in run.metrics.items()]
    for table in ("metrics", "latest_metrics"):
        connection.executemany(
            f"INSERT INTO {table} (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, 0, 0)", points
        )


def into_tenet() -> tuple[str, dict[int, str]]:
    """Write the crowds into Tenet's database; returns a token of their project, and each experiment's id."""
    from datetime import timedelta  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415  Django is set up by now
    from accounts.services import create_token  # noqa: PLC0415  as above
    from canvas.models import Project  # noqa: PLC0415  as above
    from canvas.services.projects import create_project  # noqa: PLC0415  as above
    from registry.models import Experiment, LatestMetric, Run, RunMetric, RunParam, RunTag  # noqa: PLC0415  as above

    owner = User.objects.create(username="bench")
    project: Project = create_project("Bench", by=owner)
    _, secret = create_token(owner, project_id=project.pk, name="bench", lifetime=timedelta(days=1))
    ids = {}
    for number in SIZES:
        experiment = Experiment.objects.create(project=project, name=f"crowd of {number}")
        ids[number] = experiment.mlflow_id
        made = list(runs(number))
        rows = Run.objects.bulk_create(
            [
                Run(
                    experiment=experiment, run_id=run.run_id, name=run.name, created_by=owner, started_by="bench",
                    started_at=datetime.fromtimestamp(run.start_ms / 1000, UTC), created_at=timezone.now(),
                )
                for run in made
            ],
            batch_size=500,
        )  # fmt: skip
        pairs = list(zip(rows, made, strict=True))
        for model in (RunParam, RunTag):
            field = "params" if model is RunParam else "tags"
            model.objects.bulk_create(
                [
                    model(run=row, key=key, value=value)
                    for row, run in pairs
                    for key, value in getattr(run, field).items()
                ],
                batch_size=1_000,
            )
        for model in (RunMetric, LatestMetric):
            model.objects.bulk_create(
                [
                    model(run=row, key=key, value=value, timestamp_ms=run.start_ms)
                    for row, run in pairs
                    for key, value in run.metrics.items()
                ],
                batch_size=1_000,
            )
    return secret, ids
