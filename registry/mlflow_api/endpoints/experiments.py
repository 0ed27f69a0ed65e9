"""Experiments: make, read, rename, tag, delete and restore."""

from django.urls import path

from canvas.roles import Permission
from registry.mlflow_api import keys
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.messages.experiments import artifact_root, experiments_of
from registry.mlflow_api.wire import Malformed, Message
from registry.models import Experiment
from registry.services import experiments

LONGEST_NAME = 500
LONGEST_ID = 18


def experiment_id(sent: Message, name: str = "experiment_id") -> str:
    """The id of an experiment; raises Malformed for anything but digits."""
    found = sent.required(name)
    if not (found.isascii() and found.isdigit() and len(found) <= LONGEST_ID):
        raise Malformed(f"Invalid experiment ID '{found[:80]}'. Experiment ID must be a valid integer.")
    return found


def create(call: Call) -> Fields:
    """Make an experiment; its files lie where we say."""
    name = _name(call.sent, "name")
    tags = dict(keys.experiment_tag(one) for one in call.sent.messages("tags"))
    location = call.sent.text("artifact_location")
    if location:
        raise Malformed(
            f"Parameter 'artifact_location' is {location[:80]!r}. This server keeps the files of experiments itself, "
            f"below {artifact_root('<experiment id>')}. Leave the location out."
        )
    made = experiments.create(call.project, name=name, tags=tags, by=call.user)
    return {"experiment_id": made.mlflow_id}


def get(call: Call) -> Fields:
    """An experiment by its id."""
    return _shown(experiments.find(call.project, experiment_id(call.sent)))


def get_by_name(call: Call) -> Fields:
    """An experiment by its name."""
    return _shown(experiments.find_by_name(call.project, call.sent.required("experiment_name")))


def update(call: Call) -> Fields:
    """Rename an experiment."""
    experiments.rename(call.project, experiment_id(call.sent), name=_name(call.sent, "new_name"), by=call.user)
    return {}


def delete(call: Call) -> Fields:
    """Set an experiment aside with its runs."""
    experiments.delete(call.project, experiment_id(call.sent), by=call.user)
    return {}


def restore(call: Call) -> Fields:
    """Take an experiment back with its runs."""
    experiments.restore(call.project, experiment_id(call.sent), by=call.user)
    return {}


def set_tag(call: Call) -> Fields:
    """Give an experiment a tag."""
    key, value = keys.experiment_tag(call.sent)
    experiments.set_tag(call.project, experiment_id(call.sent), key=key, value=value, by=call.user)
    return {}


def delete_tag(call: Call) -> Fields:
    """Take a tag from an experiment."""
    experiments.delete_tag(call.project, experiment_id(call.sent), key=call.sent.required("key"), by=call.user)
    return {}


def _name(sent: Message, field: str) -> str:
    name = sent.required(field, longest=LONGEST_NAME)
    if not name.strip():
        raise Malformed(f"Parameter '{field}' is blank. Give the experiment a name.")
    return name


def _shown(experiment: Experiment) -> Fields:
    return {"experiment": experiments_of([experiment])[0]}


READ, WRITE = Permission.VIEW, Permission.REGISTER_MODELS
ROOT = "api/2.0/mlflow/experiments"

ADDRESSES = [
    path(f"{ROOT}/create", address(post=(WRITE, create)), name="experiment-create"),
    path(f"{ROOT}/get", address(get=(READ, get)), name="experiment-get"),
    path(f"{ROOT}/get-by-name", address(get=(READ, get_by_name)), name="experiment-get-by-name"),
    path(f"{ROOT}/update", address(post=(WRITE, update)), name="experiment-update"),
    path(f"{ROOT}/delete", address(post=(WRITE, delete)), name="experiment-delete"),
    path(f"{ROOT}/restore", address(post=(WRITE, restore)), name="experiment-restore"),
    path(f"{ROOT}/set-experiment-tag", address(post=(WRITE, set_tag)), name="experiment-set-tag"),
    path(f"{ROOT}/delete-experiment-tag", address(post=(WRITE, delete_tag)), name="experiment-delete-tag"),
]
