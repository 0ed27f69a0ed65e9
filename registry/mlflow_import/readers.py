"""Turn another server's messages into plain values; what cannot be read is said, and never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data.services.references import MlflowInput
from registry.mlflow_api import keys, wire
from registry.mlflow_api.messages import moments
from registry.mlflow_api.wire import Malformed, Message
from registry.models import LoggedModel, Run
from registry.services.metrics import Point

STATUSES = wire.enum_names(Run.Status)
MODEL_STATUSES = ["LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"]


@dataclass(frozen=True)
class RemoteExperiment:
    """A group of runs there."""

    experiment_id: str
    name: str
    is_deleted: bool
    tags: dict[str, str]


@dataclass(frozen=True)
class RemoteRun:
    """A run there; of its metrics the last points only."""

    run_id: str
    experiment_id: str
    name: str
    status: str
    started_by: str
    started_at: datetime | None
    ended_at: datetime | None
    artifact_uri: str
    is_deleted: bool
    params: list[tuple[str, str]]
    tags: dict[str, str]
    latest: list[Point]
    datasets: list[MlflowInput]
    models_used: list[str]
    models_produced: list[tuple[str, int]]

    @property
    def is_open(self) -> bool:
        """Whether its script may still add to it."""
        return self.status in Run.OPEN

    @property
    def ended_ms(self) -> int:
        """When it ended, in milliseconds since 1970; 0 where that is not told."""
        return moments.milliseconds(self.ended_at) if self.ended_at else 0


@dataclass(frozen=True)
class RemoteLoggedModel:
    """A model that a script saved there."""

    model_id: str
    experiment_id: str
    name: str
    model_type: str
    status: str
    source_run_id: str
    artifact_uri: str
    params: dict[str, str]
    tags: dict[str, str]
    points: list[tuple[str, Point]]
    """Points with the run that measured each."""


@dataclass(frozen=True)
class RemoteModel:
    """A registered model there."""

    name: str
    description: str
    tags: dict[str, str]
    aliases: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RemoteVersion:
    """A version there."""

    name: str
    number: int
    description: str
    source: str
    run_id: str
    model_id: str
    run_link: str
    stage: str
    status: str
    updated_ms: int
    tags: dict[str, str]


def experiment(sent: Mapping[str, Any]) -> RemoteExperiment:
    """An experiment; raises Malformed."""
    said = Message(sent)
    return RemoteExperiment(
        experiment_id=said.required("experiment_id", longest=100),
        name=said.required("name", longest=500),
        is_deleted=said.text("lifecycle_stage") == "deleted",
        tags=_tags(said, keys.LONGEST_EXPERIMENT_TAG),
    )


def run(sent: Mapping[str, Any]) -> RemoteRun:
    """A run; raises Malformed."""
    info, data = Message(sent).message("info"), Message(sent).message("data")
    inputs, outputs = Message(sent).message("inputs"), Message(sent).message("outputs")
    run_id = info.text("run_id") or info.required("run_uuid")
    tags = _tags(data, keys.LONGEST_TAG)
    return RemoteRun(
        run_id=run_id,
        experiment_id=info.required("experiment_id", longest=100),
        name=(info.text("run_name") or tags.get("mlflow.runName", ""))[:500],
        status=info.choice("status", STATUSES, default=Run.Status.FINISHED),
        started_by=info.text("user_id")[:250],
        started_at=moments.moment(info, "start_time"),
        ended_at=moments.moment(info, "end_time") if info.whole("end_time") else None,
        artifact_uri=info.text("artifact_uri"),
        is_deleted=info.text("lifecycle_stage") == "deleted",
        params=[keys.param(one) for one in data.messages("params")],
        tags=tags,
        latest=[point(one) for one in data.messages("metrics")],
        datasets=[_dataset(one) for one in inputs.messages("dataset_inputs")],
        models_used=[one.required("model_id") for one in inputs.messages("model_inputs")],
        models_produced=[(one.required("model_id"), one.whole("step")) for one in outputs.messages("model_outputs")],
    )


def logged_model(sent: Mapping[str, Any]) -> RemoteLoggedModel:
    """A logged model; raises Malformed."""
    info, data = Message(sent).message("info"), Message(sent).message("data")
    model_id = info.required("model_id")
    return RemoteLoggedModel(
        model_id=model_id,
        experiment_id=info.required("experiment_id", longest=100),
        name=info.text("name")[:500],
        model_type=info.text("model_type")[:500],
        status=info.choice("status", MODEL_STATUSES, default=LoggedModel.Status.READY),
        source_run_id=info.text("source_run_id"),
        artifact_uri=info.text("artifact_uri"),
        params=dict(keys.param(one) for one in data.messages("params")),
        tags=_tags(info, keys.LONGEST_TAG),
        points=[(one.text("run_id"), point(one, model_id=model_id)) for one in data.messages("metrics")],
    )


def model(sent: Mapping[str, Any]) -> RemoteModel:
    """A registered model; raises Malformed."""
    said = Message(sent)
    return RemoteModel(
        name=said.required("name", longest=256),
        description=said.text("description"),
        tags=_tags(said, 100_000),
        aliases={one.required("alias"): _number(one) for one in said.messages("aliases")},
    )


def version(sent: Mapping[str, Any]) -> RemoteVersion:
    """A version; raises Malformed."""
    said = Message(sent)
    return RemoteVersion(
        name=said.required("name", longest=256),
        number=_number(said),
        description=said.text("description"),
        source=said.text("source"),
        run_id=said.text("run_id"),
        model_id=said.text("model_id"),
        run_link=said.text("run_link")[:1000],
        stage=said.text("current_stage"),
        status=said.text("status") or "READY",
        updated_ms=said.whole("last_updated_timestamp"),
        tags=_tags(said, 100_000),
    )


def point(said: Message, *, model_id: str = "") -> Point:
    """A point of a metric; raises Malformed."""
    return Point(
        key=keys.key(said),
        value=said.double("value"),
        step=said.whole("step"),
        timestamp_ms=max(0, said.whole("timestamp")),
        model_id=model_id,
        dataset_name=said.text("dataset_name")[:500] if model_id else "",
        dataset_digest=said.text("dataset_digest")[:36] if model_id else "",
    )


def _number(said: Message) -> int:
    number = said.whole("version")
    if not 1 <= number <= 2**31 - 1:
        raise Malformed(f"The version {number} is no number that a version can have.")
    return number


def _tags(said: Message, longest: int) -> dict[str, str]:
    return {one.required("key", longest=keys.LONGEST_KEY): one.text("value")[:longest] for one in said.messages("tags")}


def _dataset(said: Message) -> MlflowInput:
    dataset = said.message("dataset")
    return MlflowInput(
        name=dataset.required("name", longest=500),
        digest=dataset.required("digest", longest=36),
        source_type=dataset.text("source_type")[:100],
        source=dataset.text("source"),
        schema=dataset.text("schema"),
        profile=dataset.text("profile"),
        tags=_tags(said, keys.LONGEST_TAG),
    )
