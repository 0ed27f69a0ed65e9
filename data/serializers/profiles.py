from typing import Any, ClassVar

from rest_framework import serializers

from data.models import DatasetProfile


class WarningSerializer(serializers.Serializer[Any]):
    """A warning in a sentence."""

    kind = serializers.CharField()
    column = serializers.CharField(allow_blank=True)
    text = serializers.CharField()


class OverlapSerializer(serializers.Serializer[Any]):
    """What a snapshot shares with another one."""

    other = serializers.IntegerField(help_text="The id of the other snapshot.")
    name = serializers.CharField()
    split_role = serializers.CharField()
    shared = serializers.IntegerField(help_text="Distinct rows that are in both.")
    alike = serializers.IntegerField(allow_null=True, help_text="The same without identifiers and label.")
    rows = serializers.IntegerField(help_text="Rows of this snapshot.")
    other_rows = serializers.IntegerField()
    compared = serializers.CharField()
    examples = serializers.ListField(child=serializers.DictField(), help_text="Row numbers here and there, from 1.")
    notes = serializers.ListField(child=serializers.CharField())
    found_at = serializers.DateTimeField()


class ProfileSerializer(serializers.ModelSerializer[DatasetProfile]):
    """What a worker found in a snapshot's rows."""

    dataset = serializers.IntegerField(source="dataset_id", read_only=True)
    state = serializers.CharField(source="job.state", read_only=True)
    progress = serializers.IntegerField(source="job.progress", read_only=True)
    phase = serializers.CharField(source="job.phase", read_only=True)
    error = serializers.CharField(source="job.error", read_only=True)
    job = serializers.UUIDField(source="job_id", read_only=True)
    requested_by = serializers.CharField(source="requested_by.username", read_only=True)
    warnings = WarningSerializer(many=True, read_only=True)

    class Meta:
        model = DatasetProfile
        fields: ClassVar = [
            "id", "dataset", "job", "state", "progress", "phase", "error", "sha256", "rows", "columns", "label",
            "warnings", "facts", "requested_by", "created_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


class FullProfileSerializer(ProfileSerializer):
    """A profile with what the snapshot shares with others, and the profile that is being made, if there is one."""

    overlaps = OverlapSerializer(many=True, read_only=True)
    unfinished = ProfileSerializer(read_only=True, allow_null=True)

    class Meta(ProfileSerializer.Meta):
        fields: ClassVar = [*ProfileSerializer.Meta.fields, "overlaps", "unfinished"]
        read_only_fields = fields
