"""Runs as MLflow has them, read as plain rows: a page of a thousand runs costs as many queries as one run."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef

from registry.mlflow_api.messages.experiments import artifact_root
from registry.mlflow_api.messages.moments import milliseconds
from registry.mlflow_api.wire import number
from registry.models import LatestMetric, Run, RunDataset, RunModelLink, RunParam, RunTag
from statements import ByKeys

Fields = dict[str, Any]
ByRun = dict[int, list[Fields]]

POINT = ("key", "value", "is_nan", "timestamp_ms", "step")

_INFO = (
    "pk", "run_id", "name", "experiment_id", "experiment__is_default", "started_by", "created_by__username", "status",
    "started_at", "ended_at", "deleted_at",
)  # fmt: skip
# Most runs have neither, and need not be asked for them.
_HAS = {
    "has_datasets": Exists(RunDataset.objects.filter(run=OuterRef("pk"))),
    "has_models": Exists(RunModelLink.objects.filter(run=OuterRef("pk"))),
}

_RUNS = ByKeys(lambda pks: Run.objects.filter(pk__in=pks).annotate(**_HAS).order_by().values_list(*_INFO, *_HAS))
_METRICS = ByKeys(
    lambda pks: LatestMetric.objects.filter(run__in=pks).order_by("run_id", "key").values_list("run_id", *POINT)
)
_PARAMS = ByKeys(
    lambda pks: RunParam.objects.filter(run__in=pks).order_by("run_id", "key").values_list("run_id", "key", "value")
)
_TAGS = ByKeys(
    lambda pks: RunTag.objects.filter(run__in=pks).order_by("run_id", "key").values_list("run_id", "key", "value")
)


def runs_of(pks: Sequence[int]) -> list[Fields]:
    """Runs with everything that hangs on them, in the order given; those that are not there are left out."""
    rows = {row[0]: row for row in _RUNS.of(pks)}
    metrics, params, tags = _metrics(pks), _pairs(_PARAMS, pks), _pairs(_TAGS, pks)
    datasets = _datasets([pk for pk, row in rows.items() if row[-2]])
    used, made = _models([pk for pk, row in rows.items() if row[-1]])
    return [
        {
            "info": _info(rows[pk]),
            "data": _said(metrics=metrics.get(pk), params=params.get(pk), tags=tags.get(pk)),
            "inputs": _said(dataset_inputs=datasets.get(pk), model_inputs=used.get(pk)),
            "outputs": _said(model_outputs=made.get(pk)),
        }
        for pk in pks
        if pk in rows
    ]


def info_of(pk: int) -> Fields:
    """What a run is called and how it stands, without what it holds."""
    return _info(next(iter(_RUNS.of([pk]))))


def run_root(experiment_id: str, run_id: str) -> str:
    """Where a run's files lie, as clients address them."""
    return f"{artifact_root(experiment_id)}/{run_id}/artifacts"


def _info(row: Sequence[Any]) -> Fields:
    _, run_id, name, experiment, is_default, started_by, username, status, started, ended, deleted = row[:11]
    experiment_id = "0" if is_default else str(experiment)
    info = {
        "run_id": run_id,
        "run_uuid": run_id,
        "run_name": name,
        "experiment_id": experiment_id,
        "user_id": started_by or username,
        "status": status,
        "artifact_uri": run_root(experiment_id, run_id),
        "lifecycle_stage": "active" if deleted is None else "deleted",
    }
    if started is not None:
        info["start_time"] = milliseconds(started)
    if ended is not None:
        info["end_time"] = milliseconds(ended)
    return info


def _said(**lists: list[Fields] | None) -> Fields:
    return {name: items for name, items in lists.items() if items}


def _pairs(rows: ByKeys, pks: Sequence[int]) -> ByRun:
    found: ByRun = defaultdict(list)
    for run, key, value in rows.of(pks):
        found[run].append({"key": key, "value": value})
    return found


def _metrics(pks: Sequence[int]) -> ByRun:
    found: ByRun = defaultdict(list)
    for run, *point in _METRICS.of(pks):
        found[run].append(metric(point))
    return found


def metric(point: Sequence[Any]) -> Fields:
    """One point of a metric, from a row of the columns in POINT."""
    key, value, is_nan, timestamp_ms, step = point
    return {"key": key, "value": "NaN" if is_nan else number(value), "timestamp": timestamp_ms, "step": step}


def _datasets(pks: Sequence[int]) -> ByRun:
    found: ByRun = defaultdict(list)
    if not pks:
        return found
    shown = ("name", "digest", "source_type", "source", "schema", "profile")
    rows = RunDataset.objects.filter(run__in=pks).order_by("pk").values_list("run_id", "tags", *shown)
    for run, tags, *values in rows:
        dataset = {key: value for key, value in zip(shown, values, strict=True) if value}
        found[run].append({"dataset": dataset} | _said(tags=_tags(tags.items())))
    return found


def _tags(pairs: Iterable[tuple[str, str]]) -> list[Fields]:
    return [{"key": key, "value": value} for key, value in pairs]


def _models(pks: Sequence[int]) -> tuple[ByRun, ByRun]:
    used: ByRun = defaultdict(list)
    made: ByRun = defaultdict(list)
    if not pks:
        return used, made
    rows = RunModelLink.objects.filter(run__in=pks).order_by("pk")
    for run, model, direction, step in rows.values_list("run_id", "logged_model__model_id", "direction", "step"):
        if direction == RunModelLink.Direction.INPUT:
            used[run].append({"model_id": model})
        else:
            made[run].append({"model_id": model, "step": step})
    return used, made
