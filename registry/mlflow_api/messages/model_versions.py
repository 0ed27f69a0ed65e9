"""Versions as MLflow has them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects

from registry.mlflow_api.messages.moments import milliseconds
from registry.mlflow_api.messages.stages import name_of
from registry.models import ModelVersion, StageAssignment

Fields = dict[str, Any]
AT_ONCE = 1_000


def model_versions_of(versions: Sequence[ModelVersion]) -> list[Fields]:
    """Versions with tags, aliases and stage, in the order given, in a fixed number of queries per thousand."""
    starts = range(0, len(versions), AT_ONCE)
    return [said for start in starts for said in _some(versions[start : start + AT_ONCE])]


def _some(versions: Sequence[ModelVersion]) -> list[Fields]:
    prefetch_related_objects(list(versions), "model", "run", "logged_model", "tags", "aliases")
    held = StageAssignment.objects.filter(version__in=[one.pk for one in versions], until_at__isnull=True)
    stages = dict(held.values_list("version_id", "stage__key"))
    return [_version(one, stages.get(one.pk)) for one in versions]


def _version(version: ModelVersion, stage: str | None) -> Fields:
    said: Fields = {
        "name": version.model.name,
        "version": str(version.number),
        "creation_timestamp": milliseconds(version.created_at),
        "last_updated_timestamp": milliseconds(version.updated_at),
        "current_stage": name_of(stage),
        "description": version.note or version.description,
        "source": version.source,
        "run_id": version.run.run_id if version.run else "",
        "run_link": version.run_link,
        "status": "READY",
        "tags": [{"key": tag.key, "value": tag.value} for tag in version.tags.all()],
        "aliases": [alias.name for alias in version.aliases.all()],
        "model_id": version.logged_model.model_id if version.logged_model else None,
    }
    return {key: value for key, value in said.items() if value not in (None, "", [])}
