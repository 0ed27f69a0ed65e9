from typing import Any, ClassVar

from rest_framework import serializers

from data.models import LabelingMethod


class MethodSerializer(serializers.ModelSerializer[LabelingMethod]):
    """One version of a labeling method."""

    created_by = serializers.CharField(source="created_by.username", read_only=True)

    class Meta:
        model = LabelingMethod
        fields: ClassVar = [
            "id", "name", "number", "approach", "label_meaning", "guideline", "labelers", "agreement",
            "quality_control", "sample_size", "known_weaknesses", "change_reason", "created_by", "created_at",
        ]  # fmt: skip
        read_only_fields = ("id", "number", "created_by", "created_at")


class MethodVersionSerializer(MethodSerializer):
    """A new version of a labeling method, or its first."""

    based_on = serializers.IntegerField(
        min_value=0, default=0, write_only=True, help_text="The number of the version this rests on; 0 for a new one."
    )

    class Meta(MethodSerializer.Meta):
        fields: ClassVar = [*MethodSerializer.Meta.fields, "based_on"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A later version says why it differs."""
        if attrs["based_on"] and not attrs.get("change_reason"):
            raise serializers.ValidationError({"change_reason": "Say in a sentence why this version differs."})
        return attrs
