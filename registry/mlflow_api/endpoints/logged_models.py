"""Logged models: begin, read, finish, tag and delete."""

from django.urls import path

from canvas.roles import Permission
from data import settling
from registry.mlflow_api import keys, wire
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.endpoints.experiments import experiment_id
from registry.mlflow_api.messages.logged_models import logged_models_of
from registry.mlflow_api.wire import Malformed, Message
from registry.models import LoggedModel
from registry.services import logged_models

LONGEST_NAME = 500
LONGEST_TAG = 65_535
MOST_PARAMS = 100
MOST_TAGS = 1_000
REFUSED = "/:.%\"'"
STATUSES = wire.enum_names(LoggedModel.Status)


def create(call: Call) -> Fields:
    """Begin a logged model."""
    sent = call.sent
    model = logged_models.create(
        call.project,
        experiment_id=experiment_id(sent),
        name=_name(sent),
        model_type=sent.text("model_type", longest=LONGEST_NAME),
        source_run_id=sent.text("source_run_id"),
        params=_params(sent),
        tags=_tags(sent),
        by=call.user,
    )
    return _shown(model)


def get(call: Call, model_id: str) -> Fields:
    """A logged model; a deleted one only where that is asked for."""
    return _shown(logged_models.find(call.project, model_id, deleted_too=call.sent.flag("allow_deleted")))


def finish(call: Call, model_id: str) -> Fields:
    """Say whether a logged model's files have arrived."""
    if "status" not in call.sent:
        raise Malformed("Missing value for required parameter 'status'.")
    status = call.sent.choice("status", STATUSES)
    # As with the end of a run.
    settling.wait()
    return _shown(logged_models.finish(call.project, model_id, status=status, by=call.user))


def delete(call: Call, model_id: str) -> Fields:
    """Set a logged model aside."""
    logged_models.delete(call.project, model_id, by=call.user)
    return {}


def set_tags(call: Call, model_id: str) -> Fields:
    """Give a logged model tags."""
    return _shown(logged_models.set_tags(call.project, model_id, tags=_tags(call.sent), by=call.user))


def delete_tag(call: Call, model_id: str, key: str) -> Fields:
    """Take a tag from a logged model."""
    wire.check_text(key, "The tag's key")
    logged_models.delete_tag(call.project, model_id, key=key, by=call.user)
    return {}


def add_params(call: Call, model_id: str) -> Fields:
    """Add params to a logged model."""
    logged_models.add_params(call.project, model_id, params=_params(call.sent), by=call.user)
    return {}


def _name(sent: Message) -> str:
    name = sent.text("name", longest=LONGEST_NAME)
    if any(character in name for character in REFUSED):
        raise Malformed(f"Invalid model name ({name!r}). It cannot contain the characters {' '.join(REFUSED)}")
    return name


def _params(sent: Message) -> dict[str, str]:
    params = [keys.param(one) for one in sent.messages("params")]
    if len(params) > MOST_PARAMS:
        raise Malformed(f"{len(params):,} params were sent; a logged model takes at most {MOST_PARAMS} at once.")
    if len(found := dict(params)) < len(params):
        raise Malformed("Duplicate parameter keys have been submitted. Send each key once.")
    return found


def _tags(sent: Message) -> dict[str, str]:
    tags = list(sent.messages("tags"))
    if len(tags) > MOST_TAGS:
        raise Malformed(f"{len(tags):,} tags were sent; a logged model takes at most {MOST_TAGS:,} at once.")
    return {one.required("key", longest=keys.LONGEST_KEY): one.text("value", longest=LONGEST_TAG) for one in tags}


def _shown(model: LoggedModel) -> Fields:
    return {"model": logged_models_of([model])[0]}


READ, WRITE = Permission.VIEW, Permission.REGISTER_MODELS
ROOT = "api/2.0/mlflow/logged-models"
ONE = f"{ROOT}/<str:model_id>"

# Takes any word after the root for an id: what is called “search” there has to stand before these.
ADDRESSES = [
    path(ROOT, address(post=(WRITE, create)), name="logged-model-create"),
    path(ONE, address(get=(READ, get), patch=(WRITE, finish), delete=(WRITE, delete)), name="logged-model"),
    path(f"{ONE}/tags", address(patch=(WRITE, set_tags)), name="logged-model-tags"),
    path(f"{ONE}/tags/<path:key>", address(delete=(WRITE, delete_tag)), name="logged-model-tag"),
    path(f"{ONE}/params", address(post=(WRITE, add_params)), name="logged-model-params"),
]
