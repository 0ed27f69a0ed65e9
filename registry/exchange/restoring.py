"""An archive's records made into records of a project: all of them or none, and none of anybody's decisions."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data.models import Dataset
from data.services import quotas
from data.services.declarations import declare
from registry import registered, webhook_events
from registry.exchange.records import Records, Values
from registry.models import (
    Artifact,
    Experiment,
    ExperimentTag,
    LoggedModel,
    ModelVersion,
    RegisteredModel,
    RegisteredModelTag,
    Run,
    RunDataset,
    RunParam,
    RunTag,
    TrainingEnvironment,
    VersionDataset,
    VersionTag,
)
from registry.models.runs import new_run_id
from registry.services import artifacts, environments, experiments, metrics, models, restores, versions, webhooks
from registry.services.metrics import Point

BATCH = 5_000
SAID = (
    "description", "algorithm", "hyperparameters", "selection_note", "limits", "pseudocode", "example_input",
    "example_output", "artifact_name", "artifact_sha256", "artifact_size", "source_code", "run_link", "files", "flavors",
    "signature", "search", "note",
)  # fmt: skip
SAID_OF_RUN = ("name", "algorithm", "status", "note", "started_by", "started_at", "ended_at")
SAID_OF_INPUT = ("name", "digest", "source_type", "source", "schema", "profile", "context", "tags")


@dataclass
class Restoring:
    """One restoring: what was read, who does it, and what has been made so far."""

    project: Project
    by: User
    name: str
    read: Records
    points: Mapping[str, Sequence[Point]]
    """The metrics of each run."""
    formats: Mapping[str, str]
    """What each model file is, by its SHA-256, as its content showed here."""
    experiments: dict[str, Experiment] = field(default_factory=dict)
    environments: dict[str, TrainingEnvironment | None] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)

    def make(self) -> tuple[RegisteredModel, list[Values]]:
        """Make the records inside the caller's transaction; says what each version was there and is here."""
        for sha256, size in self.read.files.items():
            quotas.count_new(self.project, sha256, size)
        model = self._model()
        planned = restores.plan(self.project, self.name, self.read.versions)
        told = []
        for one, becomes in zip(self.read.versions, planned, strict=True):
            version = (
                model.versions.get(number=becomes.becomes)
                if becomes.is_known
                else self._version(model, one, becomes.becomes)
            )
            told.append(
                {
                    "version": version.number,
                    "number": one["number"],
                    "recorded": one["recorded"],
                    "is_new": not becomes.is_known,
                }
            )
        return model, told

    def _model(self) -> RegisteredModel:
        said = self.read.values["model"]
        known = RegisteredModel.objects.live().filter(project=self.project, name=self.name).first()
        if known is None:
            known = models.register_model(
                self.project, name=self.name, by=self.by, task=said["task"], description=said["description"]
            )
            RegisteredModelTag.objects.bulk_create(
                RegisteredModelTag(model=known, key=key, value=value) for key, value in said["tags"].items()
            )
        return models.locked(known)

    def _version(self, model: RegisteredModel, said: Values, number: int) -> ModelVersion:
        logged = self._folder(said, number) if said["files"] else None
        version = ModelVersion.objects.create(
            model=model, number=number, origin=ModelVersion.Origin.IMPORT, artifact_format=self.formats[said["artifact_sha256"]],
            run=self._run(said["run"]), environment=self._environment(said["environment"]), logged_model=logged,
            source=artifacts.root_of(logged) if logged else "", trained_by=self.by, uploaded_by=self.by,
            **{key: said[key] for key in SAID},
        )  # fmt: skip
        VersionTag.objects.bulk_create(
            VersionTag(version=version, key=key, value=value) for key, value in said["tags"].items()
        )
        uses = dict.fromkeys((self._dataset(key), use) for key, use in said["datasets"])
        VersionDataset.objects.bulk_create(VersionDataset(version=version, dataset=one, use=use) for one, use in uses)
        versions.start(version, self.by)
        record(
            Action.VERSION_REGISTERED, by=self.by, on=version, chain=self.project.chain,
            after={
                "restored_from": said["number"],
                "artifact_sha256": version.artifact_sha256,
                "format": version.artifact_format,
                "files": len(version.files),
                "run": version.run.run_id if version.run else None,
                "environment": version.environment_id,
            },
        )  # fmt: skip
        webhooks.announce(
            self.project, "model_version.created", by=self.by, data=webhook_events.version_created(version)
        )
        registered.tell(version, by=self.by)
        return version

    def _folder(self, said: Values, number: int) -> LoggedModel:
        """A place where MLflow's clients find the version's files."""
        run = self._run(said["run"])
        experiment = run.experiment if run else experiments.default_of(self.project)
        logged = LoggedModel.objects.create(
            experiment=experiment, name=f"{self.name} v{number}"[:500], source_run=run,
            status=LoggedModel.Status.READY, created_by=self.by,
        )  # fmt: skip
        Artifact.objects.bulk_create(
            Artifact(logged_model=logged, path=one["path"], sha256=one["sha256"], size=one["size"], stored_by=self.by)
            for one in said["files"]
        )
        return logged

    def _run(self, key: str) -> Run | None:
        """A run of the archive, made when a version first needs it, after the one it is nested in."""
        if not key:
            return None
        if key in self.runs:
            return self.runs[key]
        said = next(one for one in self.read.values["runs"] if one["key"] == key)
        parent = self._run(said["parent"])
        run = Run.objects.create(
            experiment=self._experiment(said["experiment"]), run_id=_free_run_id(said["recorded"].get("run_id")),
            parent=parent, environment=self._environment(said["environment"]), created_by=self.by,
            **{name: said[name] for name in SAID_OF_RUN},
        )  # fmt: skip
        self.runs[key] = run
        self._gather(run, said)
        record(
            Action.RUN_RECORDED, by=self.by, on=run, chain=self.project.chain, label=f"{run.name} of {run.experiment.name}",
            after={"run_id": run.run_id, "params": said["params"], "points": len(self.points[key]), "files": len(said["files"])},
        )  # fmt: skip
        return run

    def _gather(self, run: Run, said: Values) -> None:
        RunParam.objects.bulk_create(
            (RunParam(run=run, key=key, value=value) for key, value in said["params"].items()), batch_size=500
        )
        RunTag.objects.bulk_create(
            (RunTag(run=run, key=key, value=value) for key, value in said["tags"].items()), batch_size=500
        )
        Artifact.objects.bulk_create(
            Artifact(run=run, path=one["path"], sha256=one["sha256"], size=one["size"], stored_by=self.by)
            for one in said["files"]
        )
        RunDataset.objects.bulk_create(
            RunDataset(run=run, dataset=self._dataset(one["dataset"]), **{name: one[name] for name in SAID_OF_INPUT})
            for one in said["inputs"]
        )
        points = self.points[said["key"]]
        for start in range(0, len(points), BATCH):
            metrics.add(run, points[start : start + BATCH])

    def _experiment(self, key: str) -> Experiment:
        if key not in self.experiments:
            said = next(one for one in self.read.values["experiments"] if one["key"] == key)
            name = said["name"]
            known = Experiment.objects.filter(project=self.project, name=name).first()
            if known is not None and known.deleted_at is not None:
                name = f"{name[:480]} (restored)"
                known = Experiment.objects.filter(project=self.project, name=name, deleted_at=None).first()
            if known is None and name == experiments.DEFAULT_NAME:
                known = experiments.default_of(self.project)
            if known is None:
                known = experiments.create(self.project, name=name, by=self.by, tags=said["tags"])
            else:
                held = set(ExperimentTag.objects.filter(experiment=known).values_list("key", flat=True))
                ExperimentTag.objects.bulk_create(
                    ExperimentTag(experiment=known, key=tag, value=value)
                    for tag, value in said["tags"].items()
                    if tag not in held
                )
            self.experiments[key] = known
        return self.experiments[key]

    def _environment(self, key: str) -> TrainingEnvironment | None:
        if not key:
            return None
        if key not in self.environments:
            said = next(one for one in self.read.values["environments"] if one["key"] == key)
            self.environments[key] = environments.record_environment(
                self.project, said["facts"], captured_from=said["captured_from"], by=self.by
            )
        return self.environments[key]

    def _dataset(self, key: str) -> Dataset:
        if key not in self.datasets:
            said = next(one for one in self.read.values["datasets"] if one["key"] == key)
            self.datasets[key] = declare(
                self.project, said=said, digest=said["digest"], schema=said["schema"], by=self.by
            )
        return self.datasets[key]


def _free_run_id(told: object) -> str:
    """The id the run had, which scripts may still name, where no run of this installation has it."""
    try:
        known = uuid.UUID(hex=str(told)).hex
    except ValueError:
        return new_run_id()
    is_plain = known == told and not Run.objects.filter(run_id=known).exists()
    return known if is_plain else new_run_id()
