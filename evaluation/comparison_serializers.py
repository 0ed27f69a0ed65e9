from typing import Any

from rest_framework import serializers

from evaluation.data_centric import Compared


class DifferenceSerializer(serializers.Serializer[Any]):
    """A number less that of the first row."""

    value = serializers.FloatField()
    low = serializers.FloatField(help_text="Of the 95 % interval.")
    high = serializers.FloatField()
    standing = serializers.CharField(help_text="better, worse or inconclusive")
    sentence = serializers.CharField()


class CellSerializer(serializers.Serializer[Any]):
    """One metric of one row."""

    value = serializers.FloatField(source="estimate.value", allow_null=True)
    low = serializers.FloatField(source="estimate.low", allow_null=True)
    high = serializers.FloatField(source="estimate.high", allow_null=True)
    n = serializers.IntegerField(source="estimate.n")
    difference = DifferenceSerializer(allow_null=True)


class RowSerializer(serializers.Serializer[Any]):
    """One evaluation of a group."""

    evaluation = serializers.IntegerField(source="evaluation.number")
    version = serializers.CharField(source="evaluation.version")
    dataset = serializers.CharField(source="evaluation.dataset")
    changed = serializers.CharField(source="label")
    detail = serializers.CharField()
    metrics = serializers.SerializerMethodField(help_text="Metric key to value, interval, n and difference.")

    def get_metrics(self, row: Compared) -> dict[str, Any]:
        """Every metric that two rows of the group have."""
        return {key: CellSerializer(cell).data for key, cell in row.cells.items()}


class GroupSerializer(serializers.Serializer[Any]):
    """Evaluations that share what is held fixed."""

    title = serializers.CharField()
    held = serializers.CharField()
    method = serializers.CharField()
    rows = RowSerializer(many=True)
