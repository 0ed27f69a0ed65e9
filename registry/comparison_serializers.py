"""How several versions side by side are written as JSON."""

from typing import Any

from rest_framework import serializers


class FieldRowSerializer(serializers.Serializer[Any]):
    """One fact with what each version says of it."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name, not this field's own label
    values = serializers.ListField(child=serializers.CharField(), help_text="In the order of the versions.")
    is_same = serializers.BooleanField()


class SectionSerializer(serializers.Serializer[Any]):
    """Facts that belong together."""

    key = serializers.CharField()
    title = serializers.CharField()
    rows = FieldRowSerializer(many=True)


class VersionComparisonSerializer(serializers.Serializer[Any]):
    """Two to four versions, field by field."""

    model = serializers.CharField()
    versions = serializers.ListField(child=serializers.IntegerField())
    sections = SectionSerializer(many=True)
