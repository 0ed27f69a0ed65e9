"""Take over runs: what they are called and tagged, params, every point of every metric, datasets, models and files."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from registry.mlflow_api.wire import Malformed, Message
from registry.mlflow_import import experiments, files, logged_models, readers
from registry.mlflow_import.files import Root
from registry.mlflow_import.readers import RemoteExperiment, RemoteRun
from registry.mlflow_import.remote import Absent
from registry.mlflow_import.taking import Kind, Taking
from registry.models import Experiment, ImportedRecord, LatestMetric, ModelVersion, Run, RunTag
from registry.services import batches, inputs, runs
from registry.services.metrics import Point

T = TypeVar("T")

PAGE = 100
POINTS_PAGE = 5_000
BATCH = 1_000
RUN_NAME, PARENT = "mlflow.runName", "mlflow.parentRunId"
# Written by our own services from what they know.
_OURS = frozenset({"mlflow.log-model.history"})


def take_all(taking: Taking, there: RemoteExperiment) -> None:
    """Take over an experiment with all its runs that are new or have changed."""
    experiment = experiments.take(taking, there)
    done = 0
    pages = taking.remote.pages(
        "POST", "runs/search", "runs", experiment_ids=[there.experiment_id], run_view_type="ALL", max_results=PAGE,
        order_by=["attributes.start_time ASC"],
    )  # fmt: skip
    for page in pages:
        taking.say(f"Runs of {there.name}: {done} so far")
        for sent in page:
            _take_one(taking, experiment, sent)
        done += len(page)
        taking.keep()


def find(taking: Taking, run_id: str) -> Run | None:
    """The run of ours for an id there, taken over now where it was not; None where the server has none."""
    if (record := taking.record_of(Kind.RUN, run_id)) and record.is_complete:
        return Run.objects.select_related("experiment").get(run_id=record.local_id)
    try:
        there = readers.run(taking.remote.get("runs/get", run_id=run_id).get("run") or {})
    except Absent:
        return None
    return take(taking, experiments.find(taking, there.experiment_id), there)


def take(taking: Taking, experiment: Experiment, there: RemoteRun) -> Run:
    """The run of ours for one there, with all that it holds; an open one is left open, for a later sync."""
    record = taking.record_of(Kind.RUN, there.run_id)
    if record is None:
        record = taking.begin(Kind.RUN, there.run_id, lambda: _start(taking, experiment, there))
    run = Run.objects.select_related("experiment").get(run_id=record.local_id)
    settled_at = None if there.is_open else taking.settle(record, ended_ms=there.ended_ms)
    is_whole = _fill(taking, run, there, settled_at)
    if not there.is_open:
        runs.update(taking.project, run.run_id, by=taking.by, status=there.status, ended_at=there.ended_at)
        if is_whole:
            taking.complete(record, updated_ms=there.ended_ms)
    taking.count_taken(record, is_changed=True)
    return run


def _take_one(taking: Taking, experiment: Experiment, sent: Mapping[str, object]) -> None:
    try:
        there = readers.run(sent)
    except Malformed as reason:
        taking.count(Kind.RUN, "refused")
        taking.problem("A run", f"It cannot be read: {reason}")
        return
    record = taking.record_of(Kind.RUN, there.run_id)
    if there.is_deleted:
        if record:
            taking.problem(f"Run {there.name}", "It was deleted there, and stays here.")
        taking.count(Kind.RUN, "deleted there")
    elif record is None or not record.is_complete:
        take(taking, experiment, there)
    else:
        _compare(taking, record, there)


def _start(taking: Taking, experiment: Experiment, there: RemoteRun) -> str:
    run = runs.start(
        taking.project,
        experiment_id=experiment.mlflow_id,
        by=taking.by,
        started_by=there.started_by,
        started_at=there.started_at,
        sent=_tags(taking, there),
        run_id="" if Run.objects.filter(run_id=there.run_id).exists() else there.run_id,
    )
    return run.run_id


def _fill(taking: Taking, run: Run, there: RemoteRun, settled_at: datetime | None) -> bool:
    """Add what the run lacks; says whether all of it has arrived."""
    what = f"Run {there.name}"
    taking.say(what)
    # One of MLflow's own rules: the last of a key counts.
    for some in _batched(list(dict(there.params).items()), 100):
        _log(taking, run, what, params=some)
    changed = _changed_metrics(run, there)
    for key in changed:
        for points in _batched(_history(taking, there, key), BATCH):
            _log(taking, run, what, points=points)
    if not run.is_open:
        _log(taking, run, what, sent_tags=_tags(taking, there))
    produced = [(local, step) for model, step in there.models_produced if (local := _model(taking, model))]
    used = [local for model in there.models_used if (local := _model(taking, model))]
    try:
        inputs.log(taking.project, run.run_id, datasets=there.datasets, models=used, by=taking.by)
        inputs.log_outputs(taking.project, run.run_id, models=produced, by=taking.by)
    except inputs.InvalidInput as reason:
        taking.problem(what, f"What it used could not be noted: {reason}")
    root = Root(there.artifact_uri, run_id=there.run_id)
    return files.take(taking, run, root, what=what, settled_at=settled_at)


def _log(
    taking: Taking,
    run: Run,
    what: str,
    *,
    params: Sequence[tuple[str, str]] = (),
    points: Sequence[Point] = (),
    sent_tags: Mapping[str, str] | None = None,
) -> None:
    try:
        batches.log(taking.project, run.run_id, by=taking.by, params=params, points=points, sent_tags=sent_tags)
    except batches.ParamChanged as reason:
        taking.problem(what, f"Its params differ from those taken over before, which stay. {reason}")


def _compare(taking: Taking, record: ImportedRecord, there: RemoteRun) -> None:
    """Take what a run has gained since; of one that a version came out of, only say what differs."""
    run = Run.objects.select_related("experiment").get(run_id=record.local_id)
    known = dict(RunTag.objects.filter(run=run).values_list("key", "value"))
    differs = {key for key, value in _tags(taking, there).items() if known.get(key) != value}
    # Files have no date there: a run that was opened again, to add to it, has another end.
    is_same = not there.is_open and record.remote_updated_ms == there.ended_ms
    if is_same and not differs and not _changed_metrics(run, there) and _has_params(run, there):
        taking.count_taken(record)
        return
    if ModelVersion.objects.live().filter(run=run).exists():
        taking.problem(
            f"Run {there.name}",
            "It has changed there since a version was registered from it. What is here stays as it was registered.",
        )
        taking.count_taken(record)
        return
    take(taking, run.experiment, there)


def _has_params(run: Run, there: RemoteRun) -> bool:
    here = dict(run.params.values_list("key", "value"))
    return all(here.get(key) == value for key, value in there.params)


def _changed_metrics(run: Run, there: RemoteRun) -> list[str]:
    """The metrics whose last point is not the one that is here."""
    here = {one.key: one for one in LatestMetric.objects.filter(run=run)}

    def is_same(point: Point) -> bool:
        known = here.get(point.key)
        if known is None or (known.step, known.timestamp_ms) != (point.step, point.timestamp_ms):
            return False
        return math.isnan(point.value) if known.is_nan else known.value == point.kept[0]

    # While a run is open its history may be here in part.
    return [point.key for point in there.latest if run.is_open or not is_same(point)]


def _history(taking: Taking, there: RemoteRun, key: str) -> Iterator[Point]:
    pages = taking.remote.pages(
        "GET", "metrics/get-history", "metrics", run_id=there.run_id, metric_key=key, max_results=POINTS_PAGE
    )
    for page in pages:
        taking.say(f"Run {there.name}: {key}")
        for sent in page:
            try:
                yield readers.point(Message(sent))
            except Malformed as reason:
                taking.problem(f"Run {there.name}: {key}", f"One of its points cannot be read: {reason}")


def _tags(taking: Taking, there: RemoteRun) -> dict[str, str]:
    """The tags as they are here: a parent by its id of ours, and always a name."""
    tags = {key: value for key, value in there.tags.items() if key not in _OURS}
    if there.name:
        tags[RUN_NAME] = there.name
    if (parent := tags.get(PARENT)) and (record := taking.record_of(Kind.RUN, parent)):
        tags[PARENT] = record.local_id
    return tags


def _model(taking: Taking, model_id: str) -> str:
    """The id here of a logged model there; empty where there is none."""
    found = logged_models.find(taking, model_id)
    return found.model_id if found else ""


def _batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some
