"""How the steps of a model and the notes beside them are written as JSON."""

from typing import Any

from rest_framework import serializers

from registry.models import ModelOutline, OutlineNote
from registry.services.outlines import LONGEST_NOTE


class OutlineNoteSerializer(serializers.ModelSerializer[OutlineNote]):
    """A note beside the steps."""

    by = serializers.CharField(source="by.username", read_only=True)

    class Meta:
        model = OutlineNote
        fields = ("number", "text", "by", "at")
        read_only_fields = ("number", "at")


class OutlineNoteInSerializer(serializers.Serializer[Any]):
    """A note to keep."""

    text = serializers.CharField(max_length=LONGEST_NOTE)
    after = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="The number of the last note you read; 0 for none."
    )


class OutlineSerializer(serializers.ModelSerializer[ModelOutline]):
    """The steps of a version's model, and where they were read."""

    origin_label = serializers.CharField(source="get_origin_display", read_only=True)
    steps = serializers.JSONField(
        read_only=True, help_text="Nested steps with parameters, columns and what was learned."
    )
    example_input = serializers.JSONField(read_only=True, help_text='{"rows", "origin"}')
    example_output = serializers.JSONField(read_only=True, help_text='{"rows", "origin"}')
    job = serializers.UUIDField(source="job_id", read_only=True, allow_null=True)
    progress = serializers.IntegerField(source="job.progress", read_only=True, default=None, allow_null=True)

    class Meta:
        model = ModelOutline
        fields = (
            "state", "origin", "origin_label", "text", "steps", "example_input", "example_output", "library", "tier",
            "artifact_sha256", "reason", "read_at", "job", "progress",
        )  # fmt: skip
