"""Versions as MLflow has them, read as plain rows: most of what is known of a version is not for its clients."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from registry.mlflow_api.messages.moments import milliseconds
from registry.mlflow_api.messages.stages import name_of
from registry.models import Alias, ModelVersion, StageAssignment, VersionTag
from statements import ByKeys

Fields = dict[str, Any]
AT_ONCE = 1_000

_INFO = (
    "pk", "model__name", "number", "created_at", "updated_at", "note", "description", "source", "run__run_id", "run_link",
    "logged_model__model_id",
)  # fmt: skip

_VERSIONS = ByKeys(lambda pks: ModelVersion.objects.filter(pk__in=pks).order_by().values_list(*_INFO))
_STAGES = ByKeys(
    lambda pks: (
        StageAssignment.objects.filter(version__in=pks, until_at__isnull=True)
        .order_by()
        .values_list("version_id", "stage__key")
    )
)
_TAGS = ByKeys(
    lambda pks: VersionTag.objects.filter(version__in=pks).order_by("key").values_list("version_id", "key", "value")
)
_ALIASES = ByKeys(lambda pks: Alias.objects.filter(version__in=pks).order_by("name").values_list("version_id", "name"))


def model_versions_of(pks: Sequence[int]) -> list[Fields]:
    """Versions with tags, aliases and stage, in the order given, in four queries per thousand."""
    starts = range(0, len(pks), AT_ONCE)
    return [said for start in starts for said in _some(pks[start : start + AT_ONCE])]


def _some(pks: Sequence[int]) -> list[Fields]:
    rows = {row[0]: row for row in _VERSIONS.of(pks)}
    stages = {row[0]: row[1] for row in _STAGES.of(pks)}
    tags: dict[int, list[Fields]] = defaultdict(list)
    for version, key, value in _TAGS.of(pks):
        tags[version].append({"key": key, "value": value})
    aliases: dict[int, list[str]] = defaultdict(list)
    for version, name in _ALIASES.of(pks):
        aliases[version].append(name)
    return [
        _version(rows[pk], stage=stages.get(pk), tags=tags.get(pk), aliases=aliases.get(pk)) for pk in pks if pk in rows
    ]


def _version(row: Sequence[Any], *, stage: str | None, tags: list[Fields] | None, aliases: list[str] | None) -> Fields:
    _, name, number, created_at, updated_at, note, description, source, run_id, run_link, model_id = row
    said: Fields = {
        "name": name,
        "version": str(number),
        "creation_timestamp": milliseconds(created_at),
        "last_updated_timestamp": milliseconds(updated_at),
        "current_stage": name_of(stage),
        "description": note or description,
        "source": source,
        "run_id": run_id,
        "run_link": run_link,
        "status": "READY",
        "tags": tags,
        "aliases": aliases,
        "model_id": model_id,
    }
    return {key: value for key, value in said.items() if value not in (None, "", [])}
