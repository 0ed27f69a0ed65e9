"""How models, versions, runs and promotions are written as JSON."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from canvas.models import Project
from data.models import Dataset
from registry import json_values
from registry.forms import MODEL_NAME
from registry.json_values import NotStorable
from registry.models import (
    Alias,
    ModelVersion,
    PromotionRequest,
    RegisteredModel,
    Run,
    Stage,
    StageAssignment,
    TrainingEnvironment,
    VersionDataset,
    Vote,
)
from registry.models.versions import LONGEST_MODEL_NAME

LONG = json_values.LENGTH


class OfProject:
    """A related record, looked up among those of the view's project only."""

    def __init__(self, *, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(**kwargs)

    def get_queryset(self) -> Any:  # Any: the base class is mixed in
        project: Project | None = self.context.get("project")  # type: ignore[attr-defined]  # of the field mixed in
        queryset = super().get_queryset()  # type: ignore[misc]  # of the field mixed in
        return queryset.filter(**{self.of: project}) if project else queryset


class ById(OfProject, serializers.PrimaryKeyRelatedField):
    """A record of the project by its id."""


class ByKey(OfProject, serializers.SlugRelatedField):
    """A record of the project by a key."""


class SentJSON(serializers.JSONField):
    """JSON, which a form sends as text; nesting without end is as unreadable as any other mistake."""

    def to_internal_value(self, data: Any) -> Any:
        """The value, or what to change in it."""
        try:
            return super().to_internal_value(data)
        except RecursionError as error:
            raise serializers.ValidationError("This JSON is nested too deep. Send a flatter one.") from error


class StorableJSON(serializers.JSONField):
    """Any JSON value that every database can keep."""

    def to_internal_value(self, data: Any) -> Any:
        """The value, or what to change in it."""
        try:
            # A form cannot send JSON but as text.
            if getattr(data, "is_json_string", False):
                return json_values.parse(str(data), what="the value")
            json_values.ensure_storable(data, what="the value")
        except NotStorable as reason:
            raise serializers.ValidationError(str(reason)) from reason
        return data


@extend_schema_field({"type": "object", "additionalProperties": True})
class StorableObject(StorableJSON):
    """A JSON object that every database can keep."""

    def to_internal_value(self, data: Any) -> Any:
        """The object, or what to change in it."""
        value = super().to_internal_value(data)
        try:
            return json_values.ensure_object({} if value is None else value, what="the value")
        except NotStorable as reason:
            raise serializers.ValidationError(str(reason)) from reason


@extend_schema_field(OpenApiTypes.BINARY)
class Upload(serializers.FileField):
    """A file in a multipart request."""


class StageSerializer(serializers.ModelSerializer[Stage]):
    """A stage that versions can hold."""

    requirements = serializers.ListField(child=serializers.CharField(), help_text="Keys of the checks it asks for.")

    class Meta:
        model = Stage
        fields = ("key", "name", "is_exclusive", "alias", "requirements")


class AliasSerializer(serializers.ModelSerializer[Alias]):
    """A name that points at a version."""

    version = serializers.IntegerField(source="version.number")
    moved_by = serializers.CharField(source="moved_by.username")

    class Meta:
        model = Alias
        fields = ("name", "version", "moved_at", "moved_by")


class AliasMoveSerializer(serializers.Serializer[Any]):
    """Where an alias is to point."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class ModelSerializer(serializers.ModelSerializer[RegisteredModel]):
    """A registered model."""

    name = serializers.CharField(max_length=100, validators=[MODEL_NAME])
    latest_version = serializers.IntegerField(source="latest_number", read_only=True, allow_null=True)
    version_count = serializers.IntegerField(read_only=True)
    tags = serializers.SerializerMethodField()
    aliases = AliasSerializer(many=True, read_only=True)
    created_by = serializers.CharField(source="created_by.username", read_only=True)

    class Meta:
        model = RegisteredModel
        fields = (
            "name", "task", "description", "latest_version", "version_count", "aliases", "tags", "created_by",
            "created_at", "removed_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "removed_at")

    def get_tags(self, model: RegisteredModel) -> dict[str, str]:
        """The tags by key."""
        return {tag.key: tag.value for tag in model.tags.all()}


class ModelChangeSerializer(serializers.Serializer[Any]):
    """What to change of a model; what is left out stays."""

    name = serializers.CharField(max_length=LONGEST_MODEL_NAME, required=False, trim_whitespace=False)
    description = serializers.CharField(max_length=LONG, required=False, allow_blank=True)


class TagSerializer(serializers.Serializer[Any]):
    """What a tag says."""

    value = serializers.CharField(max_length=100_000, allow_blank=True)


class TaskInSerializer(serializers.Serializer[Any]):
    """What a model predicts."""

    task = serializers.ChoiceField(choices=[choice for choice in Project.Task.choices if choice[0]])


class DatasetUseSerializer(serializers.Serializer[Any]):
    """A snapshot and what it did for a version."""

    dataset = ById(of="project", queryset=Dataset.objects.all())
    use = serializers.ChoiceField(choices=VersionDataset.Use.choices, default=VersionDataset.Use.TRAINING)


@extend_schema_field(DatasetUseSerializer(many=True))
class DatasetUses(StorableJSON):
    """Snapshots with their use; JSON text inside a multipart request."""

    def to_internal_value(self, data: Any) -> Any:  # Any: pairs, where the base class promises JSON
        """Each snapshot with its use."""
        value = super().to_internal_value(data)
        sent = DatasetUseSerializer(data=[] if value is None else value, many=True, context=self.context)
        sent.is_valid(raise_exception=True)
        return [(row["dataset"], str(row["use"])) for row in sent.validated_data]


class VersionDatasetSerializer(serializers.ModelSerializer[VersionDataset]):
    """A snapshot that a version learned from."""

    name = serializers.CharField(source="dataset.name")
    number = serializers.IntegerField(source="dataset.number")
    sha256 = serializers.CharField(source="dataset.sha256")

    class Meta:
        model = VersionDataset
        fields = ("dataset", "name", "number", "sha256", "use")


class VersionSerializer(serializers.ModelSerializer[ModelVersion]):
    """A version of a model; nothing in it ever changes but its stage, aliases, tags and note."""

    model = serializers.CharField(source="model.name")
    stage = serializers.CharField(source="stage_key", allow_null=True, help_text="The stage it holds now, by key.")
    aliases = serializers.SerializerMethodField()
    run = serializers.CharField(source="run.run_id", allow_null=True, default=None)
    datasets = VersionDatasetSerializer(source="dataset_links", many=True)
    trained_by = serializers.CharField(source="trained_by.username")
    uploaded_by = serializers.CharField(source="uploaded_by.username")
    tags = serializers.SerializerMethodField()

    class Meta:
        model = ModelVersion
        fields = (
            "id", "model", "number", "stage", "aliases", "algorithm", "description", "hyperparameters",
            "selection_note", "limits", "pseudocode", "example_input", "example_output", "artifact_name",
            "artifact_sha256", "artifact_size", "artifact_format", "source_code", "run", "environment", "datasets",
            "trained_by", "uploaded_by", "created_at", "origin", "source", "flavors", "signature", "search", "tags",
            "note", "updated_at", "removed_at",
        )  # fmt: skip

    def get_tags(self, version: ModelVersion) -> dict[str, str]:
        """The tags by key."""
        return {tag.key: tag.value for tag in version.tags.all()}

    def get_aliases(self, version: ModelVersion) -> list[str]:
        """The names that point at it."""
        return [alias.name for alias in version.aliases.all()]


class VersionInSerializer(serializers.Serializer[Any]):
    """A version to register, as multipart; objects and lists are sent as JSON text."""

    file = Upload(max_length=255, help_text="skops, ONNX, joblib or pickle; recognised by content.")
    algorithm = serializers.CharField(max_length=200)
    number = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, help_text="Left out: the next.")
    description = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    hyperparameters = StorableObject(required=False)
    selection_note = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    limits = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    pseudocode = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    example_input = StorableJSON(required=False, allow_null=True)
    example_output = StorableJSON(required=False, allow_null=True)
    source_code = serializers.CharField(max_length=400, required=False, allow_blank=True)
    run = ByKey(
        of="experiment__project", slug_field="run_id", queryset=Run.objects.all(), required=False, allow_null=True
    )
    environment = ById(of="project", queryset=TrainingEnvironment.objects.all(), required=False, allow_null=True)
    datasets = DatasetUses(required=False)
    trained_by = ByKey(
        of="memberships__project",
        slug_field="username",
        queryset=User.objects.all(),
        required=False,
        allow_null=True,
        help_text="A member's username; left out, the uploader.",
    )


class EvidenceSerializer(serializers.Serializer[Any]):
    """A record that proves something."""

    type = serializers.CharField()
    id = serializers.JSONField()
    revision = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name, not this field's own label
    url = serializers.CharField()


class GateSerializer(serializers.Serializer[Any]):
    """A requirement and whether it holds for a version."""

    key = serializers.CharField(source="requirement.key")
    title = serializers.CharField(source="requirement.title")
    status = serializers.ChoiceField(choices=["passed", "failed", "unknown"])
    reason = serializers.CharField()
    remedy = serializers.CharField(source="requirement.remedy", help_text="What to do while it does not hold.")
    evidence = EvidenceSerializer(many=True)
    reported_at = serializers.DateTimeField(allow_null=True, help_text="Null where it was worked out just now.")


class AssignmentSerializer(serializers.ModelSerializer[StageAssignment]):
    """A stage that a version held, from when to when."""

    model = serializers.CharField(source="version.model.known_as", help_text="The name that it had.")
    version = serializers.IntegerField(source="version.number")
    stage = serializers.CharField(source="stage.key")
    promotion = serializers.IntegerField(source="promotion.number", allow_null=True, default=None)
    is_without_promotion = serializers.BooleanField(
        read_only=True, help_text="Set through the MLflow API, without a promotion."
    )
    assigned_by = serializers.CharField(source="assigned_by.username")

    class Meta:
        model = StageAssignment
        fields = (
            "model", "version", "stage", "from_at", "until_at", "promotion", "is_without_promotion", "assigned_by",
        )  # fmt: skip


class VoteSerializer(serializers.ModelSerializer[Vote]):
    """A signed decision."""

    by = serializers.CharField(source="by.username")

    class Meta:
        model = Vote
        fields = ("by", "decision", "comment", "at")


class PromotionSerializer(serializers.ModelSerializer[PromotionRequest]):
    """A request for a stage, and what became of it."""

    model = serializers.CharField(source="version.model.name")
    version = serializers.IntegerField(source="version.number")
    stage = serializers.CharField(source="stage.key")
    requested_by = serializers.CharField(source="requested_by.username")
    votes = VoteSerializer(many=True)

    class Meta:
        model = PromotionRequest
        fields = (
            "number", "model", "version", "stage", "status", "reason", "requested_by", "requested_at", "closed_at",
            "votes", "evidence_sha256",
        )  # fmt: skip


class PromotionDetailSerializer(PromotionSerializer):
    """A request with the gate as it stands, and what a signature would cover."""

    gates = GateSerializer(many=True, read_only=True)
    seen = serializers.CharField(read_only=True, help_text="Send it back with a decision, to sign exactly this.")

    class Meta(PromotionSerializer.Meta):
        fields = (*PromotionSerializer.Meta.fields, "gates", "seen")  # type: ignore[assignment]  # a longer tuple


class PromotionInSerializer(serializers.Serializer[Any]):
    """A request to make."""

    model = serializers.CharField(max_length=LONGEST_MODEL_NAME)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    stage = serializers.SlugRelatedField(slug_field="key", queryset=Stage.objects.all())
    reason = serializers.CharField(max_length=5_000)


class DecisionSerializer(serializers.Serializer[Any]):
    """A signature under a decision, by whoever the token belongs to."""

    password = serializers.CharField(max_length=4_096, trim_whitespace=False, write_only=True)
    comment = serializers.CharField(max_length=5_000, help_text="Why; it appears in the journal and the document.")
    seen = serializers.CharField(max_length=64, required=False, help_text="The request's “seen”, to sign exactly that.")
