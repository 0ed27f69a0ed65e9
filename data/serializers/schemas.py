from typing import Any, ClassVar

from rest_framework import serializers

from data.inference import FieldDraft
from data.models import DataSchema, Dataset, SchemaField


class FieldSerializer(serializers.ModelSerializer[SchemaField]):
    """One column of a schema."""

    key = serializers.CharField(max_length=200, trim_whitespace=False, help_text="The column's name in the file.")
    allowed_values = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=200, required=False, help_text="In order, if ordinal."
    )

    class Meta:
        model = SchemaField
        fields: ClassVar = [
            "key", "data_type", "order", "part", "is_key", "is_nullable", "unit", "allowed_values", "is_sensitive",
            "description",
        ]  # fmt: skip


class SchemaSerializer(serializers.ModelSerializer[DataSchema]):
    """One version of a schema."""

    created_by = serializers.CharField(source="created_by.username", read_only=True)

    class Meta:
        model = DataSchema
        fields: ClassVar = ["id", "name", "number", "inferred", "note", "created_by", "created_at"]
        read_only_fields = fields

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The columns under the name `fields`, which this class uses for something else."""
        return super().get_fields() | {"fields": FieldSerializer(many=True, read_only=True)}


class SchemaVersionSerializer(serializers.Serializer[Any]):
    """A new version of a schema, or its first."""

    name = serializers.CharField(max_length=120)
    based_on = serializers.IntegerField(
        min_value=0, default=0, help_text="The number of the version this rests on; 0 for a new schema."
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    rebind = serializers.BooleanField(
        default=True, help_text="Whether the snapshots of the version it rests on are described by the new one."
    )
    dataset = serializers.PrimaryKeyRelatedField(
        queryset=Dataset.objects.none(),
        required=False,
        allow_null=True,
        help_text="A snapshot to bind a new schema to.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.context.get("project")
        if project is not None:
            self.fields["dataset"].queryset = project.datasets.all()  # type: ignore[attr-defined]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The columns under the name `fields`, which this class uses for something else."""
        return super().get_fields() | {"fields": FieldSerializer(many=True, allow_empty=False)}

    def drafts(self) -> list[FieldDraft]:
        """The columns as the schema service takes them."""
        return [FieldDraft(**field) for field in self.validated_data["fields"]]
