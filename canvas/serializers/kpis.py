from typing import Any, ClassVar

from rest_framework import serializers

from canvas.models import Kpi
from canvas.serializers.text import PlainText


class KpiSerializer(PlainText, serializers.ModelSerializer[Kpi]):
    """A KPI."""

    texts_with_lines = frozenset({"definition"})

    parent = serializers.PrimaryKeyRelatedField(queryset=Kpi.objects.none(), required=False, allow_null=True)  # type: ignore[assignment]  # Serializer.parent is another thing

    class Meta:
        model = Kpi
        fields: ClassVar = [
            "id", "name", "kind", "definition", "metric", "unit", "direction", "baseline_value", "target_value",
            "threshold", "threshold_upper", "due_on", "owner", "data_origin", "cadence", "parent", "revision",
        ]  # fmt: skip
        read_only_fields = ("id", "revision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.context.get("project")
        if project is not None:
            self.fields["parent"].queryset = project.kpis.filter(retired_at__isnull=True)  # type: ignore[attr-defined]

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
        return attrs


class KpiChangeSerializer(KpiSerializer):
    """A changed KPI, with the revision it rests on."""

    based_on = serializers.IntegerField(min_value=1, write_only=True)

    class Meta(KpiSerializer.Meta):
        fields: ClassVar = [*KpiSerializer.Meta.fields, "based_on"]
