"""How exports of models, and archives that were brought in, are written as JSON."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry.models import ModelArchive, ModelExport
from registry.serializers import Upload
from registry.services import restores


class ExportSerializer(serializers.ModelSerializer[ModelExport]):
    """A model as one file."""

    state = serializers.CharField(source="job.state", read_only=True)
    progress = serializers.IntegerField(source="job.progress", read_only=True)
    error = serializers.CharField(source="job.error", read_only=True)
    requested_by = serializers.CharField(source="requested_by.username", read_only=True)

    class Meta:
        model = ModelExport
        fields = (
            "id", "state", "progress", "error", "sha256", "size", "counts", "requested_by", "requested_at", "finished_at",
        )  # fmt: skip


class PlannedSerializer(serializers.Serializer[Any]):
    """What becomes of one version."""

    number = serializers.IntegerField(help_text="In the archive.")
    becomes = serializers.IntegerField(help_text="Here.")
    is_known = serializers.BooleanField(help_text="Whether the model has this version already.")


class ArchiveSerializer(serializers.ModelSerializer[ModelArchive]):
    """An exported model that was brought in."""

    brought_by = serializers.CharField(source="brought_by.username", read_only=True)
    restored_by = serializers.CharField(source="restored_by.username", read_only=True, allow_null=True, default=None)
    model = serializers.CharField(source="model.name", read_only=True, allow_null=True, default=None)
    summary = serializers.JSONField(read_only=True)
    origins = serializers.JSONField(read_only=True)
    progress = serializers.IntegerField(source="job.progress", read_only=True, allow_null=True, default=None)

    class Meta:
        model = ModelArchive
        fields: ClassVar[Any] = (  # Any: a child says more
            "id", "file_name", "sha256", "size", "state", "reason", "progress", "name", "model", "summary", "origins",
            "brought_by", "brought_at", "restored_by", "restored_at",
        )  # fmt: skip


class ArchiveDetailSerializer(ArchiveSerializer):
    """An archive with what its versions would become, and what people decided elsewhere."""

    history = serializers.JSONField(
        read_only=True, help_text="Decisions of other people elsewhere; they count as nothing here."
    )
    plan = serializers.SerializerMethodField()

    class Meta(ArchiveSerializer.Meta):
        fields: ClassVar[Any] = (*ArchiveSerializer.Meta.fields, "plan", "history")  # Any: longer than the parent's

    @extend_schema_field(PlannedSerializer(many=True))
    def get_plan(self, archive: ModelArchive) -> Any:  # Any: DRF's data
        """What each version would become under the archive's own name; empty once it is restored."""
        if archive.state == ModelArchive.State.RESTORED:
            return []
        planned: Any = restores.plan(archive.project, archive.name, archive.summary["versions"])
        return PlannedSerializer(planned, many=True).data


class ArchiveInSerializer(serializers.Serializer[Any]):
    """An archive to bring in."""

    file = Upload()


class RestoreInSerializer(serializers.Serializer[Any]):
    """The name to restore under; the archive's own where none is given."""

    name = serializers.CharField(max_length=256, required=False)
