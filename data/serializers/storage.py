from typing import ClassVar

from rest_framework import serializers

from data.models import StorageCheck
from data.storage_page import Share


class ShareSerializer(serializers.Serializer[Share]):
    """How much a project keeps and may keep."""

    project = serializers.CharField(source="project.slug", read_only=True)
    used_bytes = serializers.IntegerField(read_only=True)
    limit_bytes = serializers.IntegerField(read_only=True, allow_null=True, help_text="Empty for no limit.")
    counted_at = serializers.DateTimeField(source="use.counted_at", read_only=True, allow_null=True, default=None)


class LimitSerializer(serializers.Serializer[None]):
    """How many bytes a project may keep."""

    limit_bytes = serializers.IntegerField(
        min_value=0, max_value=2**60, allow_null=True, help_text="Empty for the installation's default."
    )


class DamagedSerializer(serializers.Serializer[dict[str, object]]):
    """A file that was damaged when it was last looked at."""

    sha256 = serializers.CharField()
    problem = serializers.CharField()
    records = serializers.ListField(child=serializers.CharField(), help_text="Some of the records that point to it.")


class StorageCheckSerializer(serializers.ModelSerializer[StorageCheck]):
    """One pass over a part of the storage."""

    damaged = serializers.IntegerField(source="damaged_files", read_only=True)

    class Meta:
        model = StorageCheck
        fields: ClassVar = ("started_at", "ended_at", "files", "bytes", "damaged", "removed_files", "removed_bytes")


class StorageSerializer(serializers.Serializer[dict[str, object]]):
    """What the installation stores."""

    default_limit_bytes = serializers.IntegerField(allow_null=True)
    projects = ShareSerializer(many=True)
    damaged = DamagedSerializer(many=True)
    passes = StorageCheckSerializer(many=True)
