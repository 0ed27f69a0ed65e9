"""How what belongs to a version is written as JSON: its files, its lineage, and the note that may change."""

from typing import Any

from rest_framework import serializers

from registry import json_values


class VersionFileSerializer(serializers.Serializer[Any]):
    """One file that was frozen with a version."""

    path = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes")
    is_model = serializers.BooleanField(help_text="Whether it holds the model itself.")


class NoteInSerializer(serializers.Serializer[Any]):
    """A version's note."""

    note = serializers.CharField(max_length=json_values.LENGTH, allow_blank=True, trim_whitespace=False)


class NodeSerializer(serializers.Serializer[Any]):
    """One record in a lineage, or the gap where one is missing."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name, not this field's own label
    detail = serializers.CharField()
    url = serializers.CharField()
    state = serializers.CharField(help_text="`missing` for a gap, `more` where more exist than are listed.")


class ColumnSerializer(serializers.Serializer[Any]):
    """All records of one kind in a lineage."""

    key = serializers.CharField()
    title = serializers.CharField()
    nodes = NodeSerializer(many=True)


class LineageSerializer(serializers.Serializer[Any]):
    """What a version came from, and what became of it."""

    sentence = serializers.CharField()
    columns = ColumnSerializer(many=True)
    edges = serializers.ListField(child=serializers.ListField(child=serializers.CharField()), help_text="From, to.")
