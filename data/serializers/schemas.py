from typing import Any, ClassVar

from rest_framework import serializers

from data.inference import FieldDraft
from data.models import DataSchema, Dataset, DataSource, SchemaCheck, SchemaField


class FieldSerializer(serializers.ModelSerializer[SchemaField]):
    """One column of a schema."""

    key = serializers.CharField(max_length=200, trim_whitespace=False, help_text="The column's name in the file.")
    allowed_values = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=200, required=False, help_text="In order, if ordinal."
    )

    class Meta:
        model = SchemaField
        fields: ClassVar = [
            "key", "data_type", "order", "part", "is_key", "is_nullable", "unit", "allowed_values", "minimum",
            "maximum", "pattern", "is_sensitive", "classification", "description",
        ]  # fmt: skip


class SchemaSerializer(serializers.ModelSerializer[DataSchema]):
    """One version of a schema."""

    created_by = serializers.CharField(source="created_by.username", read_only=True)

    class Meta:
        model = DataSchema
        fields: ClassVar = ["id", "name", "number", "inferred", "imported_from", "note", "created_by", "created_at"]
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


class ChangeSerializer(serializers.Serializer[Any]):
    """One difference between two versions."""

    column = serializers.CharField()
    aspect = serializers.CharField()
    was = serializers.CharField()
    now = serializers.CharField()
    rule = serializers.CharField(source="rule.key")
    verdict = serializers.CharField(source="rule.verdict", help_text="breaking or compatible")
    whom = serializers.CharField(source="rule.whom", help_text="Whom it breaks, or who should know of it.")
    why = serializers.CharField(source="rule.why")


class ComparisonSerializer(serializers.Serializer[Any]):
    """All differences between two versions, with the verdict on the whole."""

    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()
    verdict = serializers.CharField(help_text="unchanged, compatible or breaking")
    sentence = serializers.CharField()
    changes = ChangeSerializer(source="heaviest_first", many=True)

    def get_before(self, compared: Any) -> int:  # Any: a data.schema_diff.Comparison
        """The number of the earlier version."""
        return int(self.context["before"].number)

    def get_after(self, compared: Any) -> int:  # Any: as above
        """The number of the later version."""
        return int(self.context["after"].number)


class CheckSerializer(serializers.ModelSerializer[SchemaCheck]):
    """A check of a snapshot against a schema."""

    schema_name = serializers.CharField(source="schema.__str__", read_only=True)
    job_state = serializers.CharField(source="job.state", default="", read_only=True)
    progress = serializers.IntegerField(source="job.progress", default=100, read_only=True)
    error = serializers.CharField(source="job.error", default="", read_only=True)
    checked_by = serializers.CharField(source="checked_by.username", read_only=True)

    class Meta:
        model = SchemaCheck
        fields: ClassVar = [
            "id", "dataset", "schema", "schema_name", "passed", "rows_checked", "failures", "job_state", "progress",
            "error", "checked_by", "checked_at",
        ]  # fmt: skip
        read_only_fields = fields


class CheckRequestSerializer(serializers.Serializer[Any]):
    """Against which schema a snapshot is held."""

    schema = serializers.PrimaryKeyRelatedField(
        queryset=DataSchema.objects.none(),
        required=False,
        allow_null=True,
        help_text="The id of a version; the snapshot's own schema, if left out.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.context.get("project")
        if project is not None:
            self.fields["schema"].queryset = project.schemas.all()  # type: ignore[attr-defined]


class SchemaImportSerializer(serializers.Serializer[Any]):
    """A data contract (ODCS 3) or a table schema as a file, in YAML or JSON."""

    file = serializers.FileField(allow_empty_file=True)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    table = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="Which, where there are several."
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class CroissantImportSerializer(serializers.Serializer[Any]):
    """Croissant 1.0 as a file, and what a person has to answer."""

    file = serializers.FileField(allow_empty_file=True)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    table = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    split_role = serializers.ChoiceField(choices=Dataset.SplitRole.choices, default=Dataset.SplitRole.WHOLE)
    personal_data = serializers.ChoiceField(choices=DataSource.PersonalData.choices)
    access_status = serializers.ChoiceField(choices=DataSource.AccessStatus.choices)
