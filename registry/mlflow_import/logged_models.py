"""Take over logged models: the folders that scripts saved, with their params, metrics and files."""

from collections import defaultdict

from registry.mlflow_api.wire import Malformed
from registry.mlflow_import import experiments, files, readers
from registry.mlflow_import.files import Root
from registry.mlflow_import.readers import RemoteExperiment, RemoteLoggedModel
from registry.mlflow_import.remote import Absent, NotOffered
from registry.mlflow_import.taking import Kind, Taking
from registry.models import Experiment, LoggedModel, RunMetric
from registry.services import batches, logged_models
from registry.services.metrics import Point

PAGE = 50
BATCH = 1_000
# Our own registration writes it anew.
_OURS = frozenset({"mlflow.modelVersions"})


def take_all(taking: Taking, there: RemoteExperiment) -> None:
    """Take over the logged models of an experiment that did not come with their runs; older servers have none."""
    experiment = experiments.find(taking, there.experiment_id)
    pages = taking.remote.pages(
        "POST", "logged-models/search", "models", experiment_ids=[there.experiment_id], max_results=PAGE
    )
    try:
        for page in pages:
            taking.say(f"Models of {there.name}")
            for sent in page:
                try:
                    found = readers.logged_model(sent)
                except Malformed as reason:
                    taking.count(Kind.LOGGED_MODEL, "refused")
                    taking.problem("A logged model", f"It cannot be read: {reason}")
                else:
                    _take_new(taking, experiment, found)
            taking.keep()
    except NotOffered:
        return


def find(taking: Taking, model_id: str) -> LoggedModel | None:
    """The logged model of ours for an id there, taken over now where it was not; None where the server has none."""
    if (record := taking.record_of(Kind.LOGGED_MODEL, model_id)) and record.is_complete:
        return LoggedModel.objects.select_related("experiment").get(model_id=record.local_id)
    try:
        there = readers.logged_model(taking.remote.get(f"logged-models/{model_id}").get("model") or {})
    except (Absent, NotOffered):
        return None
    return take(taking, experiments.find(taking, there.experiment_id), there)


def take(taking: Taking, experiment: Experiment, there: RemoteLoggedModel) -> LoggedModel:
    """The logged model of ours for one there, with all its files; one still being uploaded is left so."""
    record = taking.record_of(Kind.LOGGED_MODEL, there.model_id)
    if record is None:
        record = taking.begin(Kind.LOGGED_MODEL, there.model_id, lambda: _begin(taking, experiment, there))
    model = LoggedModel.objects.select_related("experiment").get(model_id=record.local_id)
    what = f"Logged model {there.name}"
    is_pending = there.status == LoggedModel.Status.PENDING
    settled_at = None if is_pending else taking.settle(record, ended_ms=0)
    root = Root(there.artifact_uri, model_id=there.model_id)
    is_whole = files.take(taking, model, root, what=what, settled_at=settled_at)
    _log_points(taking, model, there)
    if not is_pending:
        try:
            logged_models.finish(taking.project, model.model_id, status=there.status, by=taking.by)
        except logged_models.StaysReady as reason:
            taking.problem(what, str(reason))
        if is_whole:
            taking.complete(record)
    taking.count_taken(record, is_changed=True)
    return LoggedModel.objects.select_related("experiment").get(pk=model.pk)


def _take_new(taking: Taking, experiment: Experiment, there: RemoteLoggedModel) -> None:
    record = taking.record_of(Kind.LOGGED_MODEL, there.model_id)
    if record is None or not record.is_complete:
        take(taking, experiment, there)
    else:
        taking.count_taken(record)


def _begin(taking: Taking, experiment: Experiment, there: RemoteLoggedModel) -> str:
    run = taking.record_of(Kind.RUN, there.source_run_id) if there.source_run_id else None
    model = logged_models.create(
        taking.project,
        experiment_id=experiment.mlflow_id,
        by=taking.by,
        name=there.name,
        model_type=there.model_type,
        source_run_id=run.local_id if run else "",
        params=there.params,
        tags={key: value for key, value in there.tags.items() if key not in _OURS},
        model_id="" if LoggedModel.objects.filter(model_id=there.model_id).exists() else there.model_id,
    )
    return model.model_id


def _log_points(taking: Taking, model: LoggedModel, there: RemoteLoggedModel) -> None:
    by_run: dict[str, list[Point]] = defaultdict(list)
    for run_id, point in there.points:
        if record := taking.record_of(Kind.RUN, run_id or there.source_run_id):
            by_run[record.local_id].append(point._replace(model_id=model.model_id))
    for run_id, points in by_run.items():
        known = {
            (one.key, one.step, one.timestamp_ms): one.number
            for one in RunMetric.objects.filter(run__run_id=run_id, key__in={point.key for point in points})
        }
        # MLflow's server says 0 of a logged model's NaN; what the run's own history says holds.
        said = [one._replace(value=known.get((one.key, one.step, one.timestamp_ms), one.value)) for one in points]
        batches.log(taking.project, run_id, by=taking.by, points=said[:BATCH])
