"""How environments are written as JSON."""

from typing import Any

from rest_framework import serializers

from registry.models import TrainingEnvironment
from registry.serializers import SentJSON, Upload


class EnvironmentSerializer(serializers.ModelSerializer[TrainingEnvironment]):
    """A training environment."""

    recorded_by = serializers.CharField(source="recorded_by.username")

    class Meta:
        model = TrainingEnvironment
        fields = (
            "id", "sha256", "python_version", "packages", "os", "cpu", "cpu_count", "memory_bytes", "seeds",
            "captured_from", "recorded_by", "recorded_at",
        )  # fmt: skip


class EnvironmentInSerializer(serializers.Serializer[Any]):
    """A training environment to record: as JSON, or a requirements file with what it leaves open."""

    file = Upload(required=False, help_text="requirements.txt, pip freeze, or this object as a file.")
    python_version = serializers.CharField(max_length=40, required=False, allow_blank=True)
    packages = SentJSON(
        required=False, help_text='[{"name": "scikit-learn", "version": "1.7.2"}], {"name": "version"}, or lines.'
    )
    os = serializers.CharField(max_length=200, required=False, allow_blank=True)
    cpu = serializers.CharField(max_length=200, required=False, allow_blank=True)
    cpu_count = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True)
    memory_bytes = serializers.IntegerField(min_value=1, max_value=2**53 - 1, required=False, allow_null=True)
    seeds = SentJSON(required=False, help_text='{"random_state": 7}, or "none: training is not random".')
    captured_from = serializers.CharField(max_length=120, required=False, help_text="What it was read from.")
