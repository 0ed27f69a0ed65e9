from typing import Any, ClassVar

from rest_framework import serializers

from canvas.models import Project
from data.models import Dataset, DataSource, LabelingMethod
from data.services import documentation_gaps
from data.services.datasets import description_mark


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    """A snapshot."""

    schema = serializers.CharField(source="schema.__str__", default="", read_only=True)
    schema_id = serializers.IntegerField(allow_null=True, read_only=True)
    labeling_method = serializers.IntegerField(source="labeling_method_id", allow_null=True, read_only=True)
    sources: Any = serializers.SlugRelatedField("name", many=True, read_only=True)  # Any: stubs lack `many`
    uploaded_by = serializers.CharField(source="uploaded_by.username", read_only=True)
    gaps = serializers.SerializerMethodField(help_text="What is missing from the documentation, in sentences.")
    mark = serializers.SerializerMethodField(help_text="Send it back as `based_on` to change the description.")

    class Meta:
        model = Dataset
        fields: ClassVar = [
            "id", "name", "number", "description", "origin", "holding", "uri", "declared_digest",
            "written_as", "file_name", "file_format", "sha256", "size", "rows", "columns",
            "split_role", "label_column", "preparation", "sources", "schema", "schema_id", "labeling_method",
            "uploaded_by", "created_at", "gaps", "mark",
        ]  # fmt: skip
        read_only_fields = fields

    def get_gaps(self, dataset: Dataset) -> list[str]:
        """What is missing from the documentation."""
        return documentation_gaps(dataset)

    def get_mark(self, dataset: Dataset) -> str:
        """A short mark of the description as it stands."""
        return description_mark(dataset)


class DescriptionSerializer(serializers.Serializer[Any]):
    """What is said about a snapshot's rows."""

    split_role = serializers.ChoiceField(choices=Dataset.SplitRole.choices)
    label_column = serializers.CharField(max_length=200, required=False, allow_blank=True, trim_whitespace=False)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    preparation = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    sources = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, help_text="Names or ids of sources."
    )
    labeling_method = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, help_text="The id of a version of a labeling method."
    )

    def validate_sources(self, given: list[str]) -> list[DataSource]:
        """The sources themselves, found by name or id."""
        return [self._source(text) for text in dict.fromkeys(given)]

    def validate_labeling_method(self, given: int | None) -> LabelingMethod | None:
        """The version itself."""
        if given is None:
            return None
        method = LabelingMethod.objects.filter(project=self._project, pk=given).first()
        if method is None:
            raise serializers.ValidationError("The project has no labeling method with this id.")
        return method

    @property
    def _project(self) -> Project:
        project: Project = self.context["project"]
        return project

    def _source(self, text: str) -> DataSource:
        sources = DataSource.objects.filter(project=self._project)
        found = sources.filter(name=text).first()
        if found is None and text.isascii() and text.isdigit() and len(text) < 19:
            found = sources.filter(pk=int(text)).first()
        if found is None:
            raise serializers.ValidationError(f"The project has no source “{text[:120]}”. Register it first.")
        return found


class UploadSerializer(DescriptionSerializer):
    """A new snapshot, sent as multipart/form-data."""

    file = serializers.FileField(
        allow_empty_file=True, help_text="CSV in UTF-8 with column names in the first line, or Parquet."
    )
    name = serializers.CharField(max_length=120)


class DescriptionChangeSerializer(DescriptionSerializer):
    """A changed description; what is left out stays as it is."""

    split_role = serializers.ChoiceField(choices=Dataset.SplitRole.choices, required=False)
    schema = serializers.IntegerField(
        min_value=1, required=False, help_text="The id of a schema to bind; send it alone."
    )
    based_on = serializers.CharField(max_length=64, required=False, help_text="The `mark` this change rests on.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either a schema to bind, or words with the mark they rest on."""
        if "schema" in attrs and len(attrs) > 1:
            raise serializers.ValidationError({"schema": "Send the schema alone, and other changes apart from it."})
        if "schema" not in attrs and "based_on" not in attrs:
            raise serializers.ValidationError({"based_on": "Send the `mark` of the description this change rests on."})
        return attrs
