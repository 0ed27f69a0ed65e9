from typing import Any, ClassVar

from rest_framework import serializers

from canvas.models import Project
from canvas.serializers.text import PlainText
from data.label_codes import LONG, WIDE
from data.models import Dataset, DisputedRow, LabelAgreement, LabelAudit, LabelingMethod, LabelSample


class MethodSerializer(PlainText, serializers.ModelSerializer[LabelingMethod]):
    """One version of a labeling method."""

    texts_with_lines = frozenset({"label_meaning", "guideline", "quality_control", "known_weaknesses"})
    created_by = serializers.CharField(source="created_by.username", read_only=True)
    guideline = serializers.CharField(required=False, allow_blank=True, max_length=20_000)

    class Meta:
        model = LabelingMethod
        fields: ClassVar = [
            "id", "name", "number", "approach", "label_meaning", "guideline", "guideline_file_name",
            "guideline_sha256", "labelers", "labeler_role", "labeler_count", "agreement", "quality_control",
            "sample_size", "cost_amount", "cost_currency", "cost_unit", "known_weaknesses", "change_reason",
            "created_by", "created_at",
        ]  # fmt: skip
        read_only_fields = ("id", "number", "guideline_file_name", "guideline_sha256", "created_by", "created_at")


class MethodVersionSerializer(MethodSerializer):
    """A new version of a labeling method, or its first; send it as a form to attach the guideline as a file."""

    based_on = serializers.IntegerField(
        min_value=0, default=0, write_only=True, help_text="The number of the version this rests on; 0 for a new one."
    )
    guideline_file = serializers.FileField(required=False, write_only=True, allow_empty_file=True)
    cost_currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, allow_blank=True)
    cost_amount = serializers.DecimalField(
        max_digits=16, decimal_places=2, min_value=0, required=False, allow_null=True
    )

    class Meta(MethodSerializer.Meta):
        fields: ClassVar = [*MethodSerializer.Meta.fields, "guideline_file", "based_on"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A later version says why it differs; money has a currency."""
        if attrs["based_on"] and not attrs.get("change_reason"):
            raise serializers.ValidationError({"change_reason": "Say in a sentence why this version differs."})
        if attrs.get("cost_amount") is not None and not attrs.get("cost_currency"):
            raise serializers.ValidationError({"cost_currency": "Say in which currency, such as EUR."})
        return attrs


class AgreementSerializer(serializers.ModelSerializer[LabelAgreement]):
    """A measured agreement: figures with their intervals, or the job that measures them."""

    measured_by = serializers.CharField(source="measured_by.username", read_only=True)
    state = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta:
        model = LabelAgreement
        fields: ClassVar = [
            "number", "method", "file_name", "sha256", "scale", "key_column", "labelers", "labels", "rows", "disputed",
            "options", "results", "job", "state", "error", "measured_by", "measured_at",
        ]  # fmt: skip
        read_only_fields = tuple(fields)

    def get_state(self, agreement: LabelAgreement) -> str:
        """Where the measurement stands: measured, or the state of its job."""
        if agreement.results or agreement.job is None:
            return "measured"
        return str(agreement.job.state)

    def get_error(self, agreement: LabelAgreement) -> str:
        """Why nothing was measured."""
        return agreement.job.error if agreement.job else ""


class _Names(serializers.ListField):
    """Names, sent as a JSON list or as a form field that comes several times."""

    child = serializers.CharField(max_length=300, trim_whitespace=False)


class MeasureSerializer(serializers.Serializer[Any]):
    """A table of labels and how it is to be read; what is left open is read off the table."""

    file = serializers.FileField(allow_empty_file=True)
    method = serializers.PrimaryKeyRelatedField(queryset=LabelingMethod.objects.none())
    layout = serializers.ChoiceField(choices=(WIDE, LONG), required=False)
    key_column = serializers.CharField(required=False, max_length=300, trim_whitespace=False)
    labelers = _Names(required=False)
    labeler_column = serializers.CharField(required=False, max_length=300, trim_whitespace=False)
    label_column = serializers.CharField(required=False, max_length=300, trim_whitespace=False)
    scale = serializers.ChoiceField(choices=LabelAgreement.Scale.choices, required=False)
    order = _Names(required=False)
    is_folded = serializers.BooleanField(required=False, default=False)
    seed = serializers.IntegerField(required=False, min_value=0, max_value=2**32 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _within(self, "method", LabelingMethod)


class DisputedRowSerializer(serializers.ModelSerializer[DisputedRow]):
    """A row on which labelers differ, and its decision."""

    decided_by = serializers.CharField(source="decided_by.username", read_only=True, default=None)

    class Meta:
        model = DisputedRow
        fields: ClassVar = ["id", "row_key", "labels", "decided_label", "reason", "decided_by", "decided_at"]
        read_only_fields = tuple(fields)


class DisputeDecisionSerializer(PlainText, serializers.Serializer[Any]):
    """The label a disputed row gets; empty when no label is right, which needs a reason."""

    label = serializers.CharField(allow_blank=True, max_length=200, trim_whitespace=False)  # type: ignore[assignment]  # hides a name of the base class
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=400)
    based_on = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="The decided_at that this rests on; null for none."
    )


class AuditSerializer(serializers.ModelSerializer[LabelAudit]):
    """A label audit: the errors found, and the error rate with its 95 % interval."""

    recorded_by = serializers.CharField(source="recorded_by.username", read_only=True)

    class Meta:
        model = LabelAudit
        fields: ClassVar = [
            "id", "method", "dataset", "sample", "sample_size", "errors", "population", "drawn", "audited_by", "rate",
            "lower", "upper", "interval", "note", "audited_on", "recorded_by", "recorded_at",
        ]  # fmt: skip
        read_only_fields = ("id", "sample", "rate", "lower", "upper", "interval", "recorded_by", "recorded_at")


class AuditRecordSerializer(PlainText, AuditSerializer):
    """What a second look at labels found."""

    texts_with_lines = frozenset({"note"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _within(self, "method", LabelingMethod)
        _within(self, "dataset", Dataset)


class SampleSerializer(serializers.ModelSerializer[LabelSample]):
    """A sample of rows drawn for an audit."""

    drawn_by = serializers.CharField(source="drawn_by.username", read_only=True)

    class Meta:
        model = LabelSample
        fields: ClassVar = ["id", "method", "dataset", "size", "population", "seed", "drawn_by", "drawn_at"]
        read_only_fields = ("id", "population", "drawn_by", "drawn_at")
        extra_kwargs: ClassVar = {"seed": {"required": False, "max_value": 2**32 - 1}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _within(self, "method", LabelingMethod)
        _within(self, "dataset", Dataset)


class SheetSerializer(PlainText, serializers.Serializer[Any]):
    """A filled-in sheet of a drawn sample."""

    texts_with_lines = frozenset({"note"})
    file = serializers.FileField(allow_empty_file=True)
    audited_by = serializers.CharField(max_length=200)
    audited_on = serializers.DateField()
    note = serializers.CharField(required=False, allow_blank=True, default="")


class SampleSizeSerializer(serializers.Serializer[Any]):
    """How precise an estimate is wanted, as shares from 0 to 1."""

    precision = serializers.FloatField(min_value=0.001, max_value=0.5)
    expected = serializers.FloatField(min_value=0.001, max_value=0.999, default=0.5)
    population = serializers.IntegerField(min_value=1, max_value=10**12, required=False)


class NeededSerializer(serializers.Serializer[Any]):
    """How many labels to audit."""

    sample_size = serializers.IntegerField()


def _within(serializer: serializers.Serializer[Any], name: str, model: Any) -> None:  # Any: one of our models
    project: Project | None = serializer.context.get("project")
    field: Any = serializer.fields[name]  # Any: a field whose queryset is set
    if project is not None and not field.read_only:
        field.queryset = model.objects.filter(project=project).select_related("project")
