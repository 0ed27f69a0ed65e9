"""Logged models as MLflow has them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from registry.mlflow_api.messages.experiments import artifact_root
from registry.mlflow_api.messages.moments import milliseconds
from registry.mlflow_api.messages.runs import POINT, metric
from registry.models import LoggedModel, LoggedModelMetric, LoggedModelParam, LoggedModelTag, ModelVersion

Fields = dict[str, Any]
ByModel = dict[int, list[Fields]]


def logged_models_of(models: Sequence[LoggedModel]) -> list[Fields]:
    """Logged models with everything that hangs on them, in the order given; five queries in all."""
    pks = [one.pk for one in models]
    places = LoggedModel.objects.filter(pk__in=pks).order_by()
    owners = {row[0]: row for row in places.values_list("pk", "experiment__is_default", "source_run__run_id")}
    tags, params = _pairs(LoggedModelTag, pks), _pairs(LoggedModelParam, pks)
    metrics, registrations = _metrics(models), _registrations(pks)
    return [
        {
            "info": _info(one, owners[one.pk]) | _said(tags=tags.get(one.pk), registrations=registrations.get(one.pk)),
            "data": _said(params=params.get(one.pk), metrics=metrics.get(one.pk)),
        }
        for one in models
    ]


def model_root(experiment_id: str, model_id: str) -> str:
    """Where a logged model's files lie, as clients address them."""
    return f"{artifact_root(experiment_id)}/models/{model_id}/artifacts"


def _info(model: LoggedModel, owner: Sequence[Any]) -> Fields:
    _, is_default, run_id = owner
    experiment_id = "0" if is_default else str(model.experiment_id)
    info = {
        "model_id": model.model_id,
        "experiment_id": experiment_id,
        "name": model.name,
        "creation_timestamp_ms": milliseconds(model.created_at),
        "last_updated_timestamp_ms": milliseconds(model.updated_at),
        "artifact_uri": model_root(experiment_id, model.model_id),
        "status": str(model.status),
    }
    if model.model_type:
        info["model_type"] = model.model_type
    if run_id:
        info["source_run_id"] = run_id
    return info


def _said(**lists: list[Fields] | None) -> Fields:
    return {name: items for name, items in lists.items() if items}


def _pairs(kind: type[LoggedModelTag | LoggedModelParam], pks: Sequence[int]) -> ByModel:
    found: ByModel = defaultdict(list)
    rows = kind._default_manager.filter(logged_model__in=pks).order_by("key")
    for model, key, value in rows.values_list("logged_model_id", "key", "value"):
        found[model].append({"key": key, "value": value})
    return found


def _metrics(models: Sequence[LoggedModel]) -> ByModel:
    found: ByModel = defaultdict(list)
    ids = {one.pk: one.model_id for one in models}
    rows = LoggedModelMetric.objects.filter(logged_model__in=ids).order_by("pk")
    columns = ("logged_model_id", "run__run_id", "dataset_name", "dataset_digest", *POINT)
    for model, run_id, name, digest, *point in rows.values_list(*columns):
        on = {"dataset_name": name, "dataset_digest": digest} if name or digest else {}
        found[model].append(metric(point) | {"model_id": ids[model], "run_id": run_id} | on)
    return found


def _registrations(pks: Sequence[int]) -> ByModel:
    found: ByModel = defaultdict(list)
    versions = ModelVersion.objects.live().filter(logged_model__in=pks).order_by("model__name", "number")
    for model, name, number in versions.values_list("logged_model_id", "model__name", "number"):
        found[model].append({"name": name, "version": str(number)})
    return found
