from typing import Any, ClassVar

from rest_framework import serializers

from data.models import DataSource


class SourceSerializer(serializers.ModelSerializer[DataSource]):
    """A data source."""

    class Meta:
        model = DataSource
        fields: ClassVar = [
            "id", "name", "kind", "owner", "origin", "location", "collection_period", "refresh", "volume", "licence",
            "personal_data", "lawful_basis", "known_quality_issues", "access_status", "retention", "revision",
            "created_at", "changed_at",
        ]  # fmt: skip
        read_only_fields = ("id", "revision", "created_at", "changed_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Personal data needs a reason in law."""
        kind = attrs.get("personal_data", DataSource.PersonalData.NONE)
        if kind != DataSource.PersonalData.NONE and not attrs.get("lawful_basis"):
            raise serializers.ValidationError({"lawful_basis": "Personal data needs a lawful basis. Name it."})
        return attrs


class SourceChangeSerializer(SourceSerializer):
    """A changed source, with the revision it rests on."""

    based_on = serializers.IntegerField(min_value=1, write_only=True)

    class Meta(SourceSerializer.Meta):
        fields: ClassVar = [*SourceSerializer.Meta.fields, "based_on"]
