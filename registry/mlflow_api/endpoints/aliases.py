"""Aliases of models: set, read and remove; those that promotions move are refused with the way to ask for one."""

from django.urls import path

from canvas.roles import Permission
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.endpoints.model_versions import version_of
from registry.mlflow_api.endpoints.registered_models import model_of
from registry.mlflow_api.messages.model_versions import model_versions_of
from registry.mlflow_api.protected import with_link
from registry.mlflow_api.wire import Malformed
from registry.models import Alias
from registry.services import aliases, versions


@with_link
def set_alias(call: Call) -> Fields:
    """Point an alias at a version; it moves where it pointed elsewhere."""
    aliases.move(version_of(call), name=_alias(call), by=call.user)
    return {}


def get_alias(call: Call) -> Fields:
    """The version that an alias points at."""
    model, name = model_of(call), _alias(call)
    alias = Alias.objects.filter(model=model, name=name).select_related("version").first()
    if alias is None:
        raise aliases.NoSuchAlias(f"Registered model alias {name} not found.")
    return {"model_version": model_versions_of([versions.find(model, alias.version.number).pk])[0]}


@with_link
def delete_alias(call: Call) -> Fields:
    """Take an alias away."""
    aliases.remove(model_of(call), name=_alias(call), by=call.user)
    return {}


def _alias(call: Call) -> str:
    name = call.sent.text("alias")
    if not name:
        raise Malformed("Registered model alias name cannot be empty.")
    return name


READ, WRITE = Permission.VIEW, Permission.REGISTER_MODELS

ADDRESSES = [
    path(
        "api/2.0/mlflow/registered-models/alias",
        address(get=(READ, get_alias), post=(WRITE, set_alias), delete=(WRITE, delete_alias)),
        name="model-alias",
    ),
]
