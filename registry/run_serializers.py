"""How runs, experiments and the choices among runs are written as JSON."""

from typing import Any

from rest_framework import serializers

from registry.models import SelectionRecord
from registry.services import selections


class CandidateSerializer(serializers.Serializer[Any]):
    """A run as it stood when one was chosen."""

    run_id = serializers.CharField()
    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="Null where the run had no number for the metric.")
    params = serializers.DictField(child=serializers.CharField())


class SelectionSerializer(serializers.ModelSerializer[SelectionRecord]):
    """Why one run was chosen among others; it never changes."""

    chosen = serializers.CharField(source="chosen.run_id", help_text="The chosen run's id.")
    rank = serializers.IntegerField(help_text="The chosen run's place by the metric, from 1.")
    candidates = CandidateSerializer(many=True, help_text="The best first, as they stood then.")
    by = serializers.CharField(source="by.username")

    class Meta:
        model = SelectionRecord
        fields = ("id", "chosen", "metric", "higher_is_better", "reason", "rank", "candidates", "by", "at")


class SelectionInSerializer(serializers.Serializer[Any]):
    """A choice to record; what each candidate scored is read from the runs."""

    chosen = serializers.CharField(max_length=32, help_text="The id of the run that was chosen.")
    candidates = serializers.ListField(
        child=serializers.CharField(max_length=32), max_length=selections.MOST, help_text="The ids of all candidates."
    )
    metric = serializers.CharField(max_length=250)
    higher_is_better = serializers.BooleanField()
    reason = serializers.CharField(max_length=selections.LONGEST_REASON)
