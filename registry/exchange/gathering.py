"""Everything that is recorded about a registered model, as the plain values of an archive."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from audit.services import stamp
from data.models import Dataset, SchemaField
from registry.environment_files import JSON_KEYS
from registry.exchange.history import history_of
from registry.exchange.layout import HISTORY, RECORDS, metrics_entry
from registry.models import ModelVersion, RegisteredModel, Run, RunMetric, TrainingEnvironment

SAID_OF_VERSION = (
    "description", "algorithm", "hyperparameters", "selection_note", "limits", "pseudocode", "example_input",
    "example_output", "artifact_name", "artifact_sha256", "artifact_size", "source_code", "run_link", "files", "flavors",
    "signature", "search", "note",
)  # fmt: skip
SAID_OF_RUN = ("name", "algorithm", "status", "note", "started_by")
SAID_OF_DATASET = (
    "name", "description", "rows", "columns", "split_role", "label_column", "preparation", "file_name", "file_format",
)  # fmt: skip
SAID_OF_INPUT = ("name", "digest", "source_type", "source", "schema", "profile", "context", "tags")

Values = dict[str, Any]


@dataclass
class Gathered:
    """The documents of an archive by entry, and the files they name with their sizes."""

    documents: dict[str, Any] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many bytes the files have."""
        return sum(self.files.values())


def gather(model: RegisteredModel) -> Gathered:
    """A model with its versions and all they rest on."""
    gathered = Gathered()
    versions = list(_versions(model))
    runs = _runs(versions)
    run_keys = {run.pk: f"run-{place}" for place, run in enumerate(runs, 1)}
    environments = _environments(versions, runs)
    environment_keys = {one.pk: f"environment-{place}" for place, one in enumerate(environments, 1)}
    datasets = _datasets(versions, runs)
    dataset_keys = {one.pk: f"dataset-{place}" for place, one in enumerate(datasets, 1)}
    experiments = list({run.experiment_id: run.experiment for run in runs}.values())
    experiment_keys = {one.pk: f"experiment-{place}" for place, one in enumerate(experiments, 1)}
    keys = _Keys(run_keys, environment_keys, dataset_keys, experiment_keys)
    gathered.documents[RECORDS] = {
        "model": {
            "name": model.name, "description": model.description, "task": model.task, "tags": _tags(model),
        },
        "experiments": [
            {"key": experiment_keys[one.pk], "name": one.name, "tags": _tags(one)} for one in experiments
        ],
        "environments": [
            {"key": environment_keys[one.pk], "captured_from": one.captured_from}
            | {name: getattr(one, name) for name in JSON_KEYS}
            for one in environments
        ],
        "datasets": [_dataset(one, dataset_keys[one.pk]) for one in datasets],
        "runs": [_run(run, keys, gathered) for run in runs],
        "versions": [_version(version, keys, gathered) for version in versions],
    }  # fmt: skip
    for run in runs:
        gathered.documents[metrics_entry(run_keys[run.pk])] = _metrics(run)
    gathered.documents[HISTORY] = history_of(model, versions, {run.pk: run for run in runs})
    return gathered


@dataclass(frozen=True)
class _Keys:
    runs: Mapping[int, str]
    environments: Mapping[int, str]
    datasets: Mapping[int, str]
    experiments: Mapping[int, str]


def _versions(model: RegisteredModel) -> Iterable[ModelVersion]:
    live = model.versions.live().order_by("number")
    return live.select_related("environment", "run", "uploaded_by", "trained_by").prefetch_related(
        "tags", "dataset_links__dataset"
    )


def _runs(versions: Iterable[ModelVersion]) -> list[Run]:
    """The runs that versions came from, and those they were nested in."""
    wanted = {version.run_id for version in versions if version.run_id}
    found: set[int] = set()
    while wanted - found:
        found |= wanted
        wanted = set(Run.objects.filter(pk__in=wanted, parent__isnull=False).values_list("parent_id", flat=True))
    runs = Run.objects.filter(pk__in=found).select_related("experiment", "environment", "created_by").order_by("pk")
    return list(runs.prefetch_related("params", "tags", "datasets__dataset", "artifacts", "experiment__tags"))


def _environments(versions: Iterable[ModelVersion], runs: Iterable[Run]) -> list[TrainingEnvironment]:
    held = [version.environment for version in versions] + [run.environment for run in runs]
    return sorted({one.sha256: one for one in held if one is not None}.values(), key=lambda one: one.sha256)


def _datasets(versions: Iterable[ModelVersion], runs: Iterable[Run]) -> list[Dataset]:
    held = [link.dataset for version in versions for link in version.dataset_links.all()]
    held += [link.dataset for run in runs for link in run.datasets.all()]
    pks = {one.pk for one in held}
    found = Dataset.objects.filter(pk__in=pks).select_related("schema").prefetch_related("schema__fields")
    return sorted(found, key=lambda one: (one.name, _digest(one), one.pk))


def _dataset(dataset: Dataset, key: str) -> Values:
    """What is said of a snapshot, without its rows."""
    kept = dataset.declared.get("schema") if isinstance(dataset.declared, dict) else None
    fields = [_field(one) for one in dataset.schema.fields.all()] if dataset.schema else kept or []
    return {"key": key, "digest": _digest(dataset), "schema": fields} | {
        name: getattr(dataset, name) for name in SAID_OF_DATASET
    }


def _field(one: SchemaField) -> Values:
    return {"key": one.key, "data_type": one.data_type, "order": one.order, "part": one.part}


def _digest(dataset: Dataset) -> str:
    return f"sha256:{dataset.sha256}" if dataset.sha256 else dataset.declared_digest


def _run(run: Run, keys: _Keys, gathered: Gathered) -> Values:
    artifacts = list(run.artifacts.all())
    files = [{"path": one.path, "sha256": one.sha256, "size": one.size} for one in artifacts]
    gathered.files |= {one.sha256: one.size for one in artifacts}
    inputs = [
        {name: getattr(link, name) for name in SAID_OF_INPUT} | {"dataset": keys.datasets[link.dataset_id]}
        for link in run.datasets.all()
    ]
    return {name: getattr(run, name) for name in SAID_OF_RUN} | {
        "key": keys.runs[run.pk],
        "experiment": keys.experiments[run.experiment_id],
        "parent": keys.runs.get(run.parent_id or 0, ""),
        "environment": _environment_key(run, keys),
        "started_at": _moment(run.started_at),
        "ended_at": _moment(run.ended_at),
        "params": {one.key: one.value for one in run.params.all()},
        "tags": _tags(run),
        "inputs": inputs,
        "files": sorted(files, key=lambda one: str(one["path"])),
        "recorded": {"run_id": run.run_id, "by": str(run.created_by), "at": _moment(run.created_at)},
    }


def _version(version: ModelVersion, keys: _Keys, gathered: Gathered) -> Values:
    gathered.files |= {version.artifact_sha256: version.artifact_size}
    gathered.files |= {str(one["sha256"]): int(one["size"]) for one in version.files}
    links = [[keys.datasets[link.dataset_id], link.use] for link in version.dataset_links.all()]
    return {name: getattr(version, name) for name in SAID_OF_VERSION} | {
        "number": version.number,
        "run": keys.runs.get(version.run_id or 0, ""),
        "environment": _environment_key(version, keys),
        "datasets": sorted(links),
        "tags": _tags(version),
        "recorded": {
            "uploaded_by": str(version.uploaded_by),
            "trained_by": str(version.trained_by),
            "at": _moment(version.created_at),
            "origin": version.get_origin_display(),
        },
    }


def _environment_key(one: ModelVersion | Run, keys: _Keys) -> str:
    # Equal contents in other projects have other rows; within one project there is one.
    return keys.environments.get(one.environment_id or 0, "")


def _metrics(run: Run) -> list[list[Any]]:
    """Every point of a run's metrics as [key, value, step, milliseconds]; null for what is not a number."""
    points = RunMetric.objects.filter(run=run).order_by("key", "timestamp_ms", "step", "value", "is_nan")
    rows = points.values_list("key", "value", "step", "timestamp_ms", "is_nan")
    return [
        [key, None if is_nan else value, step, at] for key, value, step, at, is_nan in rows.iterator(chunk_size=5000)
    ]


def _tags(owner: Any) -> dict[str, str]:  # Any: four kinds of records have tags of the same shape
    return {tag.key: tag.value for tag in owner.tags.all()}


def _moment(moment: datetime | None) -> str:
    return stamp(moment) if moment else ""
