"""Read what a run says about the model that came out of it: parameters, seeds, search, data, code."""

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from data import storage
from registry.indexing import parameters
from registry.models import Artifact, Run, RunDataset, RunParam, TrainingEnvironment, VersionDataset
from registry.services.sources import Source

SEARCH_TABLE = "cv_results.csv"
_LARGEST_TABLE = 8 * 2**20
_MOST_CHILDREN = 500
_TRAINING = frozenset({"", "train", "training", "fit"})
_TUNING = frozenset({"valid", "validation", "val", "dev", "tuning", "tune"})


@dataclass(frozen=True, kw_only=True)
class Background:
    """What is known of a model's training."""

    algorithm: str = ""
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    search: dict[str, Any] | None = None
    datasets: list[tuple[int, str]] = field(default_factory=list)
    """Ids of snapshots with a value of VersionDataset.Use each."""
    source_code: str = ""
    environment: TrainingEnvironment | None = None
    unread: list[str] = field(default_factory=list)


def read(source: Source) -> Background:
    """What the run of a source, the search it was part of, and the logged model itself say."""
    run, logged = source.run, source.logged_model
    tags = dict(run.tags.values_list("key", "value")) if run else {}
    own = dict(logged.params.values_list("key", "value")) if logged else {}
    params = (dict(run.params.values_list("key", "value")) if run else {}) | own
    kept, left = parameters.hyperparameters(params)
    return Background(
        algorithm=tags.get("estimator_name", "") or (run.algorithm if run else ""),
        hyperparameters=kept,
        seeds=parameters.seeds(params),
        search=_search(run, params, tags) if run else None,
        datasets=_datasets(run) if run else [],
        source_code=_source_code(tags),
        environment=run.environment if run else None,
        unread=[f"The parameters {', '.join(left)} are too long to be kept here; the run has them."] if left else [],
    )


def _search(run: Run, params: dict[str, str], tags: dict[str, str]) -> dict[str, Any] | None:
    nested = Run.objects.active().filter(parent=run).order_by("pk").values_list("pk", flat=True)[:_MOST_CHILDREN]
    children: dict[int, dict[str, str]] = {pk: {} for pk in nested}
    for param in RunParam.objects.filter(run__in=list(children)):
        children[param.run_id][param.key] = param.value
    method = tags.get("estimator_name", "") or run.algorithm
    return parameters.search(params, method=method, children=list(children.values()), candidates=_rows_of_table(run))


def _rows_of_table(run: Run) -> int:
    """How many candidates the table of a search lists, which may be more than have runs of their own."""
    table = Artifact.objects.filter(run=run, path=SEARCH_TABLE, size__lte=_LARGEST_TABLE).first()
    if table is None:
        return 0
    try:
        with storage.open_file(table.sha256) as stream:
            return max(0, sum(1 for row in csv.reader(io.StringIO(stream.read().decode())) if row) - 1)
    except (storage.Missing, UnicodeDecodeError, csv.Error):
        return 0


def _datasets(run: Run) -> list[tuple[int, str]]:
    inputs = RunDataset.objects.filter(run=run).order_by("pk").values_list("dataset", "context")
    if not inputs and run.parent_id:
        inputs = RunDataset.objects.filter(run=run.parent_id).order_by("pk").values_list("dataset", "context")
    uses = {
        **dict.fromkeys(_TRAINING, VersionDataset.Use.TRAINING),
        **dict.fromkeys(_TUNING, VersionDataset.Use.VALIDATION),
    }
    found = [(dataset, uses.get(context.strip().lower())) for dataset, context in inputs]
    return list(dict.fromkeys((dataset, str(use)) for dataset, use in found if use is not None))


def _source_code(tags: dict[str, str]) -> str:
    name, commit = tags.get("mlflow.source.name", ""), tags.get("mlflow.source.git.commit", "")
    where = tags.get("mlflow.source.git.repoURL", "")
    said = " ".join(filter(None, [where, name]))
    return f"{said} @ {commit}".strip() if commit else said
