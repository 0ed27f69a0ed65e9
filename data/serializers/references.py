from typing import Any

from rest_framework import serializers

from canvas.serializers.text import PlainText
from data.serializers.datasets import DescriptionSerializer
from data.services.references import MOST_MLFLOW


class ReferenceSerializer(PlainText, DescriptionSerializer):
    """A snapshot by its address."""

    texts_with_lines = frozenset({"description", "preparation"})

    uri = serializers.CharField(
        max_length=1000,
        help_text="A file in a folder that the operator named (/folder/file, file:///…), or any address.",
    )
    digest = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="As algorithm:value; needed for other addresses."
    )
    store_copy = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Store a copy of a file of the server; other addresses are never fetched.",
    )
    name = serializers.CharField(max_length=120)


class _TagSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=255)
    value = serializers.CharField(max_length=500, allow_blank=True)


class MlflowDatasetSerializer(serializers.Serializer[Any]):
    """A dataset as MLflow's client describes it."""

    name = serializers.CharField(max_length=MOST_MLFLOW["name"])
    digest = serializers.CharField(max_length=MOST_MLFLOW["digest"])
    source_type = serializers.CharField(max_length=200, required=False, allow_blank=True)
    source = serializers.CharField(  # type: ignore[assignment]  # MLflow calls it so, and Field has a `source` too
        max_length=MOST_MLFLOW["source"], required=False, allow_blank=True
    )
    schema = serializers.CharField(
        max_length=MOST_MLFLOW["schema"], required=False, allow_blank=True, help_text="A JSON text."
    )
    profile = serializers.CharField(
        max_length=MOST_MLFLOW["profile"], required=False, allow_blank=True, help_text="A JSON text."
    )


class MlflowInputSerializer(serializers.Serializer[Any]):
    """A dataset input: the dataset and its tags, the context among them."""

    dataset = MlflowDatasetSerializer()
    tags = _TagSerializer(many=True, required=False)
