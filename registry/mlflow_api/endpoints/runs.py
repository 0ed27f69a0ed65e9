"""Runs: start, read, end, tag, delete and restore."""

from django.urls import path

from canvas.roles import Permission
from data import settling
from registry.mlflow_api import keys, wire
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.endpoints.experiments import experiment_id
from registry.mlflow_api.messages.moments import moment
from registry.mlflow_api.messages.runs import info_of, runs_of
from registry.mlflow_api.wire import Message
from registry.models import Run
from registry.services import open_runs, runs, tags
from statements import Statement

LONGEST_NAME = 500
LONGEST_USER = 250
STATUSES = wire.enum_names(Run.Status)

_PK = Statement(
    lambda run_id, project: Run.objects.filter(run_id=run_id, experiment__project=project).order_by().values_list("pk"),
    "run",
    -1,
)


def run_id(sent: Message) -> str:
    """The id of a run, under its name of today or of old."""
    return sent.text("run_id") or sent.required("run_uuid") if "run_uuid" in sent else sent.required("run_id")


def create(call: Call) -> Fields:
    """Start a run."""
    sent = call.sent
    run = runs.start(
        call.project,
        experiment_id=experiment_id(sent) if "experiment_id" in sent else "0",
        name=sent.text("run_name", longest=LONGEST_NAME),
        started_by=sent.text("user_id", longest=LONGEST_USER),
        started_at=moment(sent, "start_time"),
        sent=keys.tags(sent),
        by=call.user,
    )
    return {"run": runs_of([run.pk])[0]}


def get(call: Call) -> Fields:
    """A run with its latest metrics, params, tags, inputs and outputs."""
    wanted = run_id(call.sent)
    found = _PK.first(wanted, call.project.pk)
    if found is None:
        raise open_runs.no_such(wanted)
    return {"run": runs_of(found)[0]}


def update(call: Call) -> Fields:
    """Say how a run stands, when it ended, or how it is called."""
    # What a digest covers from here on has to outlive a power cut, and waiting holds up no other writer yet.
    settling.wait()
    sent = call.sent
    run = runs.update(
        call.project,
        run_id(sent),
        status=sent.choice("status", STATUSES),
        ended_at=moment(sent, "end_time"),
        name=sent.text("run_name", longest=LONGEST_NAME),
        by=call.user,
    )
    return {"run_info": info_of(run.pk)}


def delete(call: Call) -> Fields:
    """Set a run aside."""
    runs.delete(call.project, run_id(call.sent), by=call.user)
    return {}


def restore(call: Call) -> Fields:
    """Take a run back."""
    runs.restore(call.project, run_id(call.sent), by=call.user)
    return {}


def set_tag(call: Call) -> Fields:
    """Give a run a tag."""
    key, value = keys.tag(call.sent)
    tags.set_one(call.project, run_id(call.sent), key=key, value=value, by=call.user)
    return {}


def delete_tag(call: Call) -> Fields:
    """Take a tag from a run."""
    tags.delete(call.project, run_id(call.sent), key=call.sent.required("key"), by=call.user)
    return {}


READ, WRITE = Permission.VIEW, Permission.REGISTER_MODELS
ROOT = "api/2.0/mlflow/runs"

ADDRESSES = [
    path(f"{ROOT}/create", address(post=(WRITE, create)), name="run-create"),
    path(f"{ROOT}/get", address(get=(READ, get)), name="run-get"),
    path(f"{ROOT}/update", address(post=(WRITE, update)), name="run-update"),
    path(f"{ROOT}/delete", address(post=(WRITE, delete)), name="run-delete"),
    path(f"{ROOT}/restore", address(post=(WRITE, restore)), name="run-restore"),
    path(f"{ROOT}/set-tag", address(post=(WRITE, set_tag)), name="run-set-tag"),
    path(f"{ROOT}/delete-tag", address(post=(WRITE, delete_tag)), name="run-delete-tag"),
]
