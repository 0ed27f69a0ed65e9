"""Registered models as MLflow has them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import F, FilteredRelation, Q, Window, prefetch_related_objects
from django.db.models.functions import RowNumber

from registry.mlflow_api.messages.model_versions import model_versions_of
from registry.mlflow_api.messages.moments import milliseconds
from registry.mlflow_api.messages.stages import KEYS, NO_STAGE, name_of
from registry.models import ModelVersion, RegisteredModel

Fields = dict[str, Any]


def registered_models_of(models: Sequence[RegisteredModel]) -> list[Fields]:
    """Models with tags, aliases and the latest version of each stage, in the order given; few queries in all."""
    prefetch_related_objects(list(models), "tags", "aliases__version")
    latest: dict[int, list[Fields]] = defaultdict(list)
    found = latest_versions([one.pk for one in models])
    for version, said in zip(found, model_versions_of([one.pk for one in found]), strict=True):
        latest[version.model_id].append(said)
    return [_model(one, latest[one.pk]) for one in models]


def latest_versions(models: Collection[int], stages: Collection[str] = ()) -> list[ModelVersion]:
    """The newest version of each of some models in each of MLflow's stages, or in those named; one query."""
    held = FilteredRelation("stage_assignments", condition=Q(stage_assignments__until_at__isnull=True))
    found = ModelVersion.objects.live().filter(model__in=models)
    found = found.annotate(held=held).annotate(stage_key=F("held__stage__key"))
    if stages:
        found = found.filter(_in_stages(stages))
    place = Window(RowNumber(), partition_by=[F("model"), F("stage_key")], order_by=F("number").desc())
    newest = found.annotate(place=place).filter(place=1)
    newest = newest.only("model", "number").order_by("model", "number")
    once: dict[tuple[int, str], ModelVersion] = {}
    for version in newest:
        stage: str | None = getattr(version, "stage_key", None)
        # Several of our stages may be None to MLflow's clients: the newest of them is the last here.
        once[(version.model_id, name_of(stage))] = version
    return list(once.values())


def _in_stages(stages: Collection[str]) -> Q:
    named = Q(stage_key__in=[KEYS[name] for name in stages])
    if NO_STAGE not in stages:
        return named
    # Without a stage, or in one that MLflow has no name for, is None to its clients.
    return named | Q(stage_key__isnull=True) | ~Q(stage_key__in=list(KEYS.values()))


def _model(model: RegisteredModel, latest: list[Fields]) -> Fields:
    said: Fields = {
        "name": model.name,
        "creation_timestamp": milliseconds(model.created_at),
        "last_updated_timestamp": milliseconds(model.updated_at),
        "description": model.description,
        "latest_versions": latest,
        "tags": [{"key": tag.key, "value": tag.value} for tag in model.tags.all()],
        "aliases": [{"alias": one.name, "version": str(one.version.number)} for one in model.aliases.all()],
    }
    return {key: value for key, value in said.items() if value not in ("", [])}
