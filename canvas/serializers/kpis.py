from typing import Any, ClassVar

from django.db.models import Q
from django.utils import timezone
from rest_framework import serializers

from canvas.models import Kpi, KpiReading
from canvas.serializers.text import PlainText


class KpiSerializer(PlainText, serializers.ModelSerializer[Kpi]):
    """A KPI."""

    texts_with_lines = frozenset({"definition"})

    blocks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=10), required=False, help_text="Numbers of canvas blocks."
    )
    parent = serializers.PrimaryKeyRelatedField(queryset=Kpi.objects.none(), required=False, allow_null=True)  # type: ignore[assignment]  # Serializer.parent is another thing

    class Meta:
        model = Kpi
        fields: ClassVar = [
            "id", "name", "kind", "definition", "metric", "entity", "formula", "unit", "direction", "baseline_value",
            "baseline_on", "target_value", "threshold", "threshold_upper", "due_on", "owner", "data_origin", "cadence",
            "parent", "parent_sign", "blocks", "achievable_reason", "closed_on", "closed_result", "retired_at", "revision",
        ]  # fmt: skip
        read_only_fields = (
            "id", "achievable_reason", "closed_on", "closed_result", "retired_at", "revision",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.context.get("project")
        if project is not None:
            # A KPI that was retired later stays the one that is served, until somebody chooses another.
            held = Q(retired_at__isnull=True) | Q(pk=getattr(self.instance, "parent_id", None))
            self.fields["parent"].queryset = project.kpis.filter(held)  # type: ignore[attr-defined]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A band needs two ends in order, and nothing else has an upper end."""
        low, high = attrs.get("threshold"), attrs.get("threshold_upper")
        if attrs.get("direction") == Kpi.Direction.BAND:
            if low is not None and (high is None or low >= high):
                raise serializers.ValidationError(
                    {"threshold_upper": "A band has two ends, the upper above the lower."}
                )
        elif high is not None:
            raise serializers.ValidationError({"threshold_upper": "Only a band has an upper end."})
        if attrs.get("parent_sign") and not attrs.get("parent"):
            raise serializers.ValidationError({"parent": "Name the KPI that this one is expected to move."})
        if (measured := attrs.get("baseline_on")) and measured > timezone.localdate():
            raise serializers.ValidationError({"baseline_on": "A baseline was measured on or before today."})
        if "blocks" in attrs:
            attrs["blocks"] = sorted(set(attrs["blocks"]))
        return attrs


class KpiChangeSerializer(KpiSerializer):
    """A changed KPI, with the revision it rests on."""

    based_on = serializers.IntegerField(min_value=1, write_only=True)

    class Meta(KpiSerializer.Meta):
        fields: ClassVar = [*KpiSerializer.Meta.fields, "based_on"]


class TargetReasonSerializer(PlainText, serializers.Serializer[Any]):
    """Why a target outside the evidence can be reached, signed with one's password."""

    texts_with_lines = frozenset({"reason"})

    reason = serializers.CharField(max_length=2000)
    password = serializers.CharField(max_length=200, trim_whitespace=False, write_only=True)

    def _tidy(self, key: str, value: Any) -> Any:
        return value if key == "password" else super()._tidy(key, value)


class KpiCloseSerializer(PlainText, serializers.Serializer[Any]):
    """What came of a KPI."""

    texts_with_lines = frozenset({"result"})

    closed_on = serializers.DateField()
    result = serializers.CharField(max_length=2000)


class SmartCheckSerializer(serializers.Serializer[Any]):
    """One of the five SMART checks."""

    letter = serializers.CharField()
    name = serializers.CharField()
    passed = serializers.BooleanField()
    sentence = serializers.CharField()


class ReadingSerializer(PlainText, serializers.ModelSerializer[KpiReading]):
    """One measured value of a KPI."""

    recorded_by = serializers.CharField(source="recorded_by.username", read_only=True)
    sample_size = serializers.IntegerField(min_value=1, max_value=10**15, required=False, allow_null=True)

    class Meta:
        model = KpiReading
        fields: ClassVar = [
            "id", "measured_on", "value", "lower", "upper", "sample_size", "note", "origin", "recorded_by", "recorded_at",
            "superseded_at",
        ]  # fmt: skip
        read_only_fields = ("id", "origin", "recorded_at", "superseded_at")


class ReadingsSerializer(serializers.Serializer[Any]):
    """Readings to store, all or none; sending them again changes nothing."""

    readings = ReadingSerializer(many=True, allow_empty=False)
    correct = serializers.BooleanField(default=False, help_text="Put them in the place of other values of their days.")


class RecordedSerializer(serializers.Serializer[Any]):
    """What became of readings that were sent."""

    stored = serializers.IntegerField(help_text="How many are new or corrected.")
    corrected = serializers.IntegerField()
    skipped = serializers.IntegerField(help_text="How many were known already.")
