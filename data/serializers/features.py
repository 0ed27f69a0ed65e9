from typing import Any, ClassVar

from rest_framework import serializers

from canvas.models import Project
from canvas.serializers.text import PlainText
from data.feature_hints import warnings_of
from data.models import DataSource, FeatureDefinition


class FeatureSerializer(PlainText, serializers.ModelSerializer[FeatureDefinition]):
    """One version of a feature."""

    texts_with_lines = frozenset({"description", "transformation"})
    source_fields = serializers.ListField(
        child=serializers.CharField(max_length=200), min_length=1, max_length=60, help_text="Columns it is made from."
    )
    warnings = serializers.SerializerMethodField()
    created_by = serializers.CharField(source="created_by.username", read_only=True)

    class Meta:
        model = FeatureDefinition
        fields: ClassVar = [
            "id", "name", "number", "description", "entity", "entity_key", "source", "source_fields", "transformation",
            "data_type", "order", "unit", "availability", "availability_note", "leakage", "leakage_note", "proxy",
            "proxy_note", "is_sensitive", "expert", "owner", "max_age_days", "is_shared", "reused_from",
            "change_reason", "retired_at", "warnings", "created_by", "created_at",
        ]  # fmt: skip
        read_only_fields = ("id", "number", "is_shared", "reused_from", "retired_at", "created_by", "created_at")

    def get_warnings(self, feature: FeatureDefinition) -> list[str]:
        """What speaks against using it."""
        return warnings_of(feature)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A finding says what was found."""
        for key, note in (("leakage", "leakage_note"), ("proxy", "proxy_note")):
            unchecked = (None, "", FeatureDefinition.Finding.NOT_CHECKED)
            if attrs.get(key) not in unchecked and not attrs.get(note):
                raise serializers.ValidationError({note: "Say how it was checked, and what was found."})
        return attrs


class FeatureVersionSerializer(FeatureSerializer):
    """A new version of a feature, or its first."""

    based_on = serializers.IntegerField(
        min_value=0, default=0, write_only=True, help_text="The number of the version this rests on; 0 for a new one."
    )

    class Meta(FeatureSerializer.Meta):
        fields: ClassVar = [*FeatureSerializer.Meta.fields, "based_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project: Project | None = self.context.get("project")
        source: Any = self.fields["source"]  # Any: a field whose queryset is set
        if project is not None:
            source.queryset = DataSource.objects.filter(project=project)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A later version says why it differs."""
        if attrs["based_on"] and not attrs.get("change_reason"):
            raise serializers.ValidationError({"change_reason": "Say in a sentence why this version differs."})
        return super().validate(attrs)


class FeatureStateSerializer(serializers.Serializer[Any]):
    """Whether a feature stands in the catalogue, and whether it is retired."""

    is_shared = serializers.BooleanField(required=False)
    is_retired = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something is asked for, and nothing that cannot be."""
        if not attrs:
            raise serializers.ValidationError("Send is_shared or is_retired.")
        if attrs.get("is_retired") is False:
            raise serializers.ValidationError({"is_retired": "A retired feature does not come back. Define a new one."})
        return attrs


class DraftsSerializer(serializers.Serializer[Any]):
    """Features to define at once: columns of a schema, or rows of the plan's block 4."""

    schema = serializers.IntegerField(required=False, help_text="A schema's id; left out, the plan is read.")
    names = serializers.ListField(child=serializers.CharField(max_length=200), min_length=1, max_length=500)
    entity = serializers.CharField(max_length=120)
    owner = serializers.CharField(max_length=120)


class ImportedSerializer(serializers.Serializer[Any]):
    """What a bulk import did."""

    defined = FeatureSerializer(many=True)
    known = serializers.ListField(child=serializers.CharField(), help_text="Names the project had already.")


class ReuseSerializer(serializers.Serializer[Any]):
    """A shared feature to copy into this project."""

    feature = serializers.IntegerField(help_text="The id of a shared feature.")
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=120)


class SharedFeatureSerializer(serializers.ModelSerializer[FeatureDefinition]):
    """A shared feature, as everybody with an account sees it."""

    users = serializers.IntegerField(read_only=True, help_text="How many other projects hold a copy.")

    class Meta:
        model = FeatureDefinition
        fields: ClassVar = [
            "id", "name", "number", "description", "entity", "entity_key", "source_fields", "transformation",
            "data_type", "order", "unit", "availability", "availability_note", "is_sensitive", "owner",
            "max_age_days", "users",
        ]  # fmt: skip
        read_only_fields = tuple(fields)
