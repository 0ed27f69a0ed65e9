from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from canvas.models import Project
from data.models import Dataset
from evaluation.asked import DEFAULT_SEED, Asked
from evaluation.models import (
    BaselineComparison,
    Curve,
    EvaluationJob,
    KpiVerdict,
    MetricResult,
    SliceResult,
)
from registry.models import ModelVersion
from registry.serializers import SentJSON


class EvaluationRequestSerializer(serializers.Serializer[Any]):  # Any: there is no one instance behind a request
    """An evaluation to ask for. With a file it measures the file's predictions, without one it runs the model."""

    model = serializers.CharField(help_text="The registered model's name.")
    version = serializers.IntegerField(min_value=1, help_text="The version's number.")
    dataset = serializers.IntegerField(required=False, allow_null=True, help_text="The snapshot's id.")
    predictions = serializers.FileField(
        required=False, help_text="CSV or Parquet with labels and predictions, in a multipart request."
    )
    label_column = serializers.CharField(required=False, allow_blank=True, max_length=200)
    prediction_column = serializers.CharField(required=False, allow_blank=True, max_length=200)
    score_column = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="Binary: the probability of the positive label."
    )
    score_columns = SentJSON(
        required=False, help_text='Several classes: an object from class to column, such as {"cat": "p_cat"}.'
    )
    baseline_column = serializers.CharField(required=False, allow_blank=True, max_length=200)
    positive_label = serializers.CharField(required=False, allow_blank=True, max_length=200)
    slice_columns = serializers.ListField(child=serializers.CharField(max_length=200), required=False)
    seed = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)

    def validate_score_columns(self, value: object) -> dict[str, str]:
        """Class to column, both text."""
        if not isinstance(value, dict) or not all(isinstance(column, str) for column in value.values()):
            raise serializers.ValidationError("Send an object from class to the name of its column.")
        return {str(name): column for name, column in value.items()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find the version and the snapshot among those of the project."""
        project: Project = self.context["project"]
        version = ModelVersion.objects.filter(
            model__project=project, model__name=attrs["model"], number=attrs["version"]
        ).first()
        if version is None:
            raise serializers.ValidationError(
                {"version": f"This project has no version {attrs['version']} of a model “{attrs['model']}”."}
            )
        dataset = None
        if attrs.get("dataset") is not None:
            # Snapshots of other projects are not told apart from those that do not exist.
            dataset = Dataset.objects.filter(project=project, pk=attrs["dataset"]).first()
            if dataset is None:
                raise serializers.ValidationError({"dataset": "This project has no snapshot with this id."})
        return attrs | {"version": version, "dataset": dataset}

    def asked(self) -> Asked:
        """What was asked for, but for the file itself."""
        sent = self.validated_data
        scores = sent.get("score_columns") or ({"": sent["score_column"]} if sent.get("score_column") else {})
        names = ("label_column", "prediction_column", "baseline_column", "positive_label")
        return Asked(
            dataset=sent["dataset"],
            score_columns=scores,
            slice_columns=sent.get("slice_columns", ()),
            seed=sent.get("seed", DEFAULT_SEED),
            **{name: sent.get(name, "") for name in names},
        )


class MetricResultSerializer(serializers.ModelSerializer[MetricResult]):
    class Meta:
        model = MetricResult
        fields = ("subject", "metric", "value", "low", "high", "n", "method", "reason")


class BaselineComparisonSerializer(serializers.ModelSerializer[BaselineComparison]):
    class Meta:
        model = BaselineComparison
        fields = ("metric", "difference", "low", "high", "n", "method", "verdict")


class SliceResultSerializer(serializers.ModelSerializer[SliceResult]):
    class Meta:
        model = SliceResult
        fields = ("column", "value_label", "position", "metric", "value", "low", "high", "n", "note")


class KpiVerdictSerializer(serializers.ModelSerializer[KpiVerdict]):
    class Meta:
        model = KpiVerdict
        fields = (
            "kpi",
            "kpi_revision",
            "kpi_name",
            "metric",
            "direction",
            "threshold",
            "threshold_upper",
            "value",
            "low",
            "high",
            "n",
            "verdict",
            "reason",
        )


class CurveSerializer(serializers.ModelSerializer[Curve]):
    class Meta:
        model = Curve
        fields = ("name", "title", "alt", "caption", "table")


class EvaluationSerializer(serializers.ModelSerializer[EvaluationJob]):
    """An evaluation as a list shows it: what was asked, how far it is, and the summary."""

    model = serializers.CharField(source="version.model.name", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    state = serializers.CharField(source="job.state", read_only=True)
    phase = serializers.CharField(source="job.phase", read_only=True)
    progress = serializers.IntegerField(source="job.progress", read_only=True)
    error = serializers.CharField(source="job.error", read_only=True)
    requested_by = serializers.CharField(source="requested_by.username", read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = EvaluationJob
        fields: tuple[str, ...] = (
            "number",
            "url",
            "model",
            "version",
            "mode",
            "dataset",
            "state",
            "phase",
            "progress",
            "error",
            "label_column",
            "positive_label",
            "slice_columns",
            "seed",
            "thresholds",
            "predictions_name",
            "predictions_sha256",
            "requested_by",
            "requested_at",
            "finished_at",
            "rows",
            "strength",
            "sandbox_tier",
            "is_held_out",
            "held_out_reason",
            "baseline_name",
            "software",
            "notes",
            "results_sha256",
        )

    @extend_schema_field(serializers.CharField())
    def get_url(self, evaluation: EvaluationJob) -> str:
        """The evaluation's page."""
        return evaluation.get_absolute_url()


class EvaluationDetailSerializer(EvaluationSerializer):
    """An evaluation with every number it found."""

    metrics = MetricResultSerializer(many=True, read_only=True)
    comparisons = BaselineComparisonSerializer(many=True, read_only=True)
    slices = SliceResultSerializer(many=True, read_only=True)
    verdicts = KpiVerdictSerializer(many=True, read_only=True)
    curves = CurveSerializer(many=True, read_only=True)

    class Meta(EvaluationSerializer.Meta):
        fields = (*EvaluationSerializer.Meta.fields, "metrics", "comparisons", "slices", "verdicts", "curves")
