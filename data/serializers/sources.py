from typing import Any, ClassVar

from rest_framework import serializers

from canvas.serializers.text import PlainText
from data.forms.sources import check_problems, terms_problems
from data.models import DataSource, QualityCheck


class SourceSerializer(serializers.ModelSerializer[DataSource]):
    """A data source."""

    class Meta:
        model = DataSource
        fields: ClassVar = [
            "id", "name", "kind", "owner", "origin", "location", "collection_period", "refresh", "volume", "licence",
            "personal_data", "lawful_basis", "known_quality_issues", "access_status", "retention",
            "freshness_days", "last_refreshed_on", "days_overdue", "cost_amount", "cost_currency", "cost_period",
            "revision", "created_at", "changed_at",
        ]  # fmt: skip
        read_only_fields = ("id", "days_overdue", "revision", "created_at", "changed_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Personal data needs a reason in law."""
        kind = attrs.get("personal_data", DataSource.PersonalData.NONE)
        if kind != DataSource.PersonalData.NONE and not attrs.get("lawful_basis"):
            raise serializers.ValidationError({"lawful_basis": "Personal data needs a lawful basis. Name it."})
        if problems := terms_problems(attrs):
            raise serializers.ValidationError(problems)
        if attrs.get("cost_currency"):
            attrs["cost_currency"] = attrs["cost_currency"].upper()
        return attrs


class SourceChangeSerializer(SourceSerializer):
    """A changed source, with the revision it rests on."""

    based_on = serializers.IntegerField(min_value=1, write_only=True)

    class Meta(SourceSerializer.Meta):
        fields: ClassVar = [*SourceSerializer.Meta.fields, "based_on"]


class QualityCheckSerializer(PlainText, serializers.ModelSerializer[QualityCheck]):
    """One look at the quality of a source."""

    texts_with_lines = frozenset({"note"})
    recorded_by = serializers.CharField(source="recorded_by.username", read_only=True)

    class Meta:
        model = QualityCheck
        fields: ClassVar = [
            "id", "dimension", "name", "measured", "unit", "limit", "passed", "note", "checked_on", "recorded_by",
            "recorded_at",
        ]  # fmt: skip
        read_only_fields = ("id", "recorded_at")
        extra_kwargs: ClassVar = {"passed": {"required": True}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A figure that is a number, on a day that has come."""
        if problems := check_problems(attrs):
            raise serializers.ValidationError(problems)
        return attrs
