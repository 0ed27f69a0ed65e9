"""Registered models: make, read, rename, describe, tag and remove."""

from django.urls import path

from canvas.roles import Permission
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.messages.model_versions import model_versions_of
from registry.mlflow_api.messages.registered_models import latest_versions, registered_models_of
from registry.mlflow_api.messages.stages import stage_named
from registry.mlflow_api.protected import with_link
from registry.mlflow_api.wire import Malformed, Message
from registry.models import RegisteredModel
from registry.services import model_tags, models

LONGEST_DESCRIPTION = 100_000


def model_of(call: Call) -> RegisteredModel:
    """The model that a message names; raises Malformed or NoSuchModel."""
    name = call.sent.text("name")
    if not name:
        raise Malformed("Registered model name cannot be empty.")
    return models.find(call.project, name)


def tags_of(sent: Message) -> dict[str, str]:
    """The tags of a message; of a key sent twice, the last stays."""
    return {one.required("key"): one.text("value") for one in sent.messages("tags")}


def create(call: Call) -> Fields:
    """Register a model by name; what it predicts is the project's task, or is decided later by a person."""
    model = models.register_model(
        call.project,
        name=call.sent.text("name"),
        description=call.sent.text("description", longest=LONGEST_DESCRIPTION),
        tags=tags_of(call.sent),
        by=call.user,
    )
    return _shown(model)


def get(call: Call) -> Fields:
    """A model by its name."""
    return _shown(model_of(call))


@with_link
def rename(call: Call) -> Fields:
    """Give a model another name."""
    return _shown(models.rename(model_of(call), name=call.sent.text("new_name"), by=call.user))


def update(call: Call) -> Fields:
    """Describe a model."""
    description = call.sent.text("description", longest=LONGEST_DESCRIPTION)
    return _shown(models.describe(model_of(call), description=description, by=call.user))


@with_link
def delete(call: Call) -> Fields:
    """Remove a model with its versions, and free its name."""
    models.remove(model_of(call), by=call.user)
    return {}


def get_latest_versions(call: Call) -> Fields:
    """The newest version in each stage, or in those named."""
    stages = [stage_named(one) for one in call.sent.texts("stages")]
    return {"model_versions": model_versions_of([one.pk for one in latest_versions([model_of(call).pk], stages)])}


def set_tag(call: Call) -> Fields:
    """Give a model a tag."""
    tag = {call.sent.required("key"): call.sent.text("value")}
    model_tags.tag_model(model_of(call), tags=tag, by=call.user)
    return {}


def delete_tag(call: Call) -> Fields:
    """Take a tag from a model."""
    model_tags.untag_model(model_of(call), key=call.sent.required("key"), by=call.user)
    return {}


def _shown(model: RegisteredModel) -> Fields:
    return {"registered_model": registered_models_of([model])[0]}


READ, WRITE = Permission.VIEW, Permission.REGISTER_MODELS
ROOT = "api/2.0/mlflow/registered-models"

ADDRESSES = [
    path(f"{ROOT}/create", address(post=(WRITE, create)), name="model-create"),
    path(f"{ROOT}/get", address(get=(READ, get)), name="model-get"),
    path(f"{ROOT}/rename", address(post=(WRITE, rename)), name="model-rename"),
    path(f"{ROOT}/update", address(patch=(WRITE, update)), name="model-update"),
    path(f"{ROOT}/delete", address(delete=(WRITE, delete)), name="model-delete"),
    path(
        f"{ROOT}/get-latest-versions",
        address(get=(READ, get_latest_versions), post=(READ, get_latest_versions)),
        name="model-latest-versions",
    ),
    path(f"{ROOT}/set-tag", address(post=(WRITE, set_tag)), name="model-set-tag"),
    path(f"{ROOT}/delete-tag", address(delete=(WRITE, delete_tag)), name="model-delete-tag"),
]
