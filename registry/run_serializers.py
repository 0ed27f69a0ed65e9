"""How runs, experiments and the choices among runs are written as JSON."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry import run_values
from registry.models import (
    Artifact,
    Experiment,
    LoggedModel,
    Run,
    RunDataset,
    RunMetric,
    SelectionRecord,
    TrainingEnvironment,
)
from registry.run_comparison import MOST
from registry.run_forms import LONGEST_NOTE, LONGEST_REASON
from registry.run_values import UnusableValue
from registry.serializers import ById, StorableObject
from registry.services import selections

T = TypeVar("T")

NUMBERS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "number", "nullable": True}}


class ExperimentSerializer(serializers.ModelSerializer[Experiment]):
    """A named group of runs."""

    mlflow_id = serializers.CharField(read_only=True, help_text="The id that MLflow's clients use.")
    runs = serializers.IntegerField(source="run_count", read_only=True, help_text="Without the deleted ones.")
    deleted_runs = serializers.IntegerField(read_only=True)
    last_run_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Experiment
        fields = (
            "id", "mlflow_id", "name", "runs", "deleted_runs", "last_run_at", "created_at", "updated_at", "deleted_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "updated_at", "deleted_at")


class ExperimentInSerializer(serializers.Serializer[Any]):
    """An experiment's name."""

    name = serializers.CharField(max_length=500)


class RunSerializer(serializers.ModelSerializer[Run]):
    """A training run with its parameters, its tags and the last value of each metric."""

    experiment = serializers.CharField(source="experiment.name")
    parent = serializers.CharField(  # type: ignore[assignment]  # a field of that name, not the serializer's own parent
        source="parent.run_id", allow_null=True, default=None, help_text="The run id of a nested run's parent."
    )
    params = serializers.SerializerMethodField()
    metrics = serializers.SerializerMethodField(help_text="Null where the last value was not a number.")
    tags = serializers.SerializerMethodField()
    created_by = serializers.CharField(source="created_by.username")
    versions = serializers.SerializerMethodField(help_text="Versions that came of it, as model/number.")

    class Meta:
        model = Run
        fields = (
            "run_id", "experiment", "experiment_id", "name", "algorithm", "status", "note", "environment", "parent",
            "params", "metrics", "tags", "versions", "started_by", "started_at", "ended_at", "created_by",
            "created_at", "deleted_at",
        )  # fmt: skip

    def get_params(self, run: Run) -> dict[str, str]:
        """The parameters by name."""
        return {param.key: param.value for param in run.params.all()}

    @extend_schema_field(NUMBERS)
    def get_metrics(self, run: Run) -> dict[str, float | None]:
        """The last values by name."""
        return {key: None if math.isnan(value) else value for key, value in run.last_metrics.items()}

    def get_tags(self, run: Run) -> dict[str, str]:
        """The tags by name."""
        return {tag.key: tag.value for tag in run.tags.all()}

    def get_versions(self, run: Run) -> list[str]:
        """The versions that came of the run."""
        return [f"{version.model.name}/{version.number}" for version in run.versions.all()]


class RunDatasetSerializer(serializers.ModelSerializer[RunDataset]):
    """A dataset that a run said it used, and the snapshot that was recorded for it."""

    class Meta:
        model = RunDataset
        fields = ("dataset", "name", "digest", "context", "source_type", "source", "tags")


class LoggedModelSerializer(serializers.ModelSerializer[LoggedModel]):
    """A model that a run saved or used."""

    class Meta:
        model = LoggedModel
        fields = ("model_id", "name", "model_type", "status", "created_at", "deleted_at")


class RunDetailSerializer(RunSerializer):
    """A run with what it used and brought forth."""

    children = serializers.SerializerMethodField(help_text="How many nested runs it has.")
    datasets = RunDatasetSerializer(many=True)
    logged_models = serializers.SerializerMethodField()
    sealed_sha256 = serializers.SerializerMethodField(
        help_text="The digest in the journal's line of its end; empty while it is going."
    )

    class Meta(RunSerializer.Meta):
        fields = (  # type: ignore[assignment]  # a longer tuple
            *RunSerializer.Meta.fields, "children", "datasets", "logged_models", "sealed_sha256",
        )  # fmt: skip

    def get_children(self, run: Run) -> int:
        """How many nested runs it has."""
        return int(self.context["children"])

    @extend_schema_field(LoggedModelSerializer(many=True))
    def get_logged_models(self, run: Run) -> Any:  # Any: what the serializer makes of them
        """The models that it saved or used."""
        return LoggedModelSerializer(self.context["logged_models"], many=True).data

    def get_sealed_sha256(self, run: Run) -> str:
        """The digest over all it held at its end."""
        return str(self.context["sealed_sha256"])


@extend_schema_field({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}})
class RunParams(StorableObject):
    """Params by name; a value is kept as the text that MLflow's client makes of it."""

    def to_internal_value(self, data: Any) -> dict[str, str]:  # Any: JSON of unknown shape
        """The params as texts, or what to change in each."""
        return _each(super().to_internal_value(data), run_values.param_text)


@extend_schema_field({"type": "object", "additionalProperties": {"type": "number"}})
class RunMetrics(StorableObject):
    """Metrics by name."""

    def to_internal_value(self, data: Any) -> dict[str, float]:  # Any: JSON of unknown shape
        """The metrics as numbers, or what to change in each."""
        return _each(super().to_internal_value(data), run_values.metric_number)


class RunMoment(serializers.DateTimeField):
    """A moment in the life of a run."""

    def to_internal_value(self, value: Any) -> datetime:
        """The moment, or what to change."""
        try:
            return run_values.ensure_moment(super().to_internal_value(value))
        except UnusableValue as reason:
            raise serializers.ValidationError(str(reason)) from reason


def _each(sent: dict[str, Any], read: Callable[[Any], T]) -> dict[str, T]:
    """Each value as it is kept; raises a ValidationError that names those that cannot be."""
    kept, refused = {}, {}
    for key, value in sent.items():
        try:
            kept[run_values.ensure_key(key)] = read(value)
        except UnusableValue as reason:
            refused[key[: run_values.LONGEST_KEY]] = [str(reason)]
    if refused:
        raise serializers.ValidationError(refused)
    return kept


class RunInSerializer(serializers.Serializer[Any]):
    """A run to record."""

    experiment = serializers.CharField(max_length=250)
    name = serializers.CharField(max_length=250)
    algorithm = serializers.CharField(max_length=200, required=False, allow_blank=True)
    params = RunParams(required=False)
    metrics = RunMetrics(required=False)
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True)
    environment = ById(of="project", queryset=TrainingEnvironment.objects.all(), required=False, allow_null=True)
    status = serializers.ChoiceField(choices=Run.Status.choices, required=False)
    started_at = RunMoment(required=False, allow_null=True)
    ended_at = RunMoment(required=False, allow_null=True)


class RunChangeSerializer(serializers.Serializer[Any]):
    """What may be said of a run later."""

    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True)


class RunReasonSerializer(serializers.Serializer[Any]):
    """Why a run is set aside or taken back."""

    reason = serializers.CharField(max_length=LONGEST_REASON, required=False, allow_blank=True, default="")


class PointSerializer(serializers.ModelSerializer[RunMetric]):
    """One point of a metric's history."""

    value = serializers.SerializerMethodField("number_of", help_text="Null where it was not a number.")

    class Meta:
        model = RunMetric
        fields = ("step", "timestamp_ms", "value")

    def number_of(self, point: RunMetric) -> float | None:
        """The number, if it is one."""
        return None if point.is_nan else point.value


class RunFileSerializer(serializers.ModelSerializer[Artifact]):
    """A file below a run, or below a logged model that it brought forth or used."""

    logged_model = serializers.CharField(source="logged_model.model_id", allow_null=True, default=None)

    class Meta:
        model = Artifact
        fields = ("path", "logged_model", "size", "sha256", "stored_at")


class LineSerializer(serializers.Serializer[Any]):
    """One thing that the runs share or differ in, with a value for each run in order."""

    name = serializers.CharField(source="label")
    differs = serializers.BooleanField()
    values = serializers.ListField(child=serializers.CharField(allow_null=True), source="cells")


class MetricLineSerializer(serializers.Serializer[Any]):
    """The last value of a metric in each run, in order."""

    name = serializers.CharField(source="key")
    higher_is_better = serializers.BooleanField(help_text="Guessed from the name.")
    values = serializers.SerializerMethodField(help_text="Null where a run has no number.")
    best = serializers.SerializerMethodField(help_text="The places of the best values, from 0.")

    @extend_schema_field({"type": "array", "items": {"type": "number", "nullable": True}})
    def get_values(self, line: Any) -> list[float | None]:
        """The numbers."""
        return [None if cell is None or math.isnan(cell) else cell for cell in line.cells]

    def get_best(self, line: Any) -> list[int]:
        """Where the best stand."""
        return sorted(line.best)


class RunComparisonSerializer(serializers.Serializer[Any]):
    """Runs side by side."""

    runs = serializers.SerializerMethodField(help_text=f"The run ids in order; at most {MOST}.")
    params = LineSerializer(many=True)
    metrics = MetricLineSerializer(many=True)
    environment = LineSerializer(many=True)
    datasets = LineSerializer(many=True)

    def get_runs(self, comparison: Any) -> list[str]:
        """The ids."""
        return [run.run_id for run in comparison.runs]


class CandidateSerializer(serializers.Serializer[Any]):
    """A run as it stood when one was chosen."""

    run_id = serializers.CharField()
    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="Null where the run had no number for the metric.")
    params = serializers.DictField(child=serializers.CharField())


class SelectionSerializer(serializers.ModelSerializer[SelectionRecord]):
    """Why one run was chosen among others; it never changes."""

    chosen = serializers.CharField(source="chosen.run_id", help_text="The chosen run's id.")
    rank = serializers.IntegerField(help_text="The chosen run's place by the metric, from 1.")
    candidates = CandidateSerializer(many=True, help_text="The best first, as they stood then.")
    by = serializers.CharField(source="by.username")

    class Meta:
        model = SelectionRecord
        fields = ("id", "chosen", "metric", "higher_is_better", "reason", "rank", "candidates", "by", "at")


class SelectionInSerializer(serializers.Serializer[Any]):
    """A choice to record; what each candidate scored is read from the runs."""

    chosen = serializers.CharField(max_length=32, help_text="The id of the run that was chosen.")
    candidates = serializers.ListField(
        child=serializers.CharField(max_length=32), max_length=selections.MOST, help_text="The ids of all candidates."
    )
    metric = serializers.CharField(max_length=250)
    higher_is_better = serializers.BooleanField()
    reason = serializers.CharField(max_length=selections.LONGEST_REASON)
