"""Read what a run says about the model that came out of it: parameters, seeds, search, data, code."""

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from data import storage
from registry.indexing import parameters
from registry.models import Artifact, Run, RunDataset, RunParam, RunTag, TrainingEnvironment, VersionDataset
from registry.services.sources import Source
from statements import Statement

SEARCH_TABLE = "cv_results.csv"
_LARGEST_TABLE = 8 * 2**20
_MOST_CHILDREN = 500
_TRAINING = frozenset({"", "train", "training", "fit"})
_TUNING = frozenset({"valid", "validation", "val", "dev", "tuning", "tune"})

_TAGS = Statement(lambda run: RunTag.objects.filter(run=run).order_by("key").values_list("key", "value"), -1)
_PARAMS = Statement(lambda run: RunParam.objects.filter(run=run).order_by("key").values_list("key", "value"), -1)
_CHILDREN = Statement(
    lambda run: Run.objects.active().filter(parent=run).order_by("pk").values_list("pk")[:_MOST_CHILDREN], -1
)
_INPUTS = Statement(lambda run: RunDataset.objects.filter(run=run).order_by("pk").values_list("dataset", "context"), -1)
_TABLE = Statement(
    lambda run: (
        Artifact.objects.filter(run=run, path=SEARCH_TABLE, size__lte=_LARGEST_TABLE).order_by().values_list("sha256")
    ),
    -1,
)


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
    tags: dict[str, str] = dict(_TAGS.all(run.pk)) if run else {}
    own = dict(logged.params.values_list("key", "value")) if logged else {}
    params = (dict(_PARAMS.all(run.pk)) if run else {}) | own
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
    children: dict[int, dict[str, str]] = {pk: {} for (pk,) in _CHILDREN.all(run.pk)}
    for param in RunParam.objects.filter(run__in=list(children)) if children else ():
        children[param.run_id][param.key] = param.value
    method = tags.get("estimator_name", "") or run.algorithm
    return parameters.search(params, method=method, children=list(children.values()), candidates=_rows_of_table(run))


def _rows_of_table(run: Run) -> int:
    """How many candidates the table of a search lists, which may be more than have runs of their own."""
    table = _TABLE.first(run.pk)
    if table is None:
        return 0
    try:
        with storage.open_file(table[0]) as stream:
            return max(0, sum(1 for row in csv.reader(io.StringIO(stream.read().decode())) if row) - 1)
    except (storage.Missing, UnicodeDecodeError, csv.Error):
        return 0


def _datasets(run: Run) -> list[tuple[int, str]]:
    inputs = _INPUTS.all(run.pk)
    if not inputs and run.parent_id:
        inputs = _INPUTS.all(run.parent_id)
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
