"""Run one sync on a worker: what was chosen, experiment by experiment and model by model."""

from collections.abc import Callable
from functools import partial

from django.utils import timezone

from audit.actions import Action
from audit.services import record
from jobs.handlers import PermanentFailure, Progress, TransientFailure
from jobs.models import Job
from outside import sealing
from registry.mlflow_api.wire import Malformed
from registry.mlflow_import import contents, logged_models, models, readers, runs
from registry.mlflow_import.readers import RemoteExperiment
from registry.mlflow_import.remote import Absent, Away, Denied, NotMlflow, NotOffered, Refused, Remote
from registry.mlflow_import.taking import Taking
from registry.models import MlflowSync
from registry.services import imports

KIND = imports.KIND


class MlflowSyncHandler:
    """How a sync is done. Every record is written as it comes, with the row that says what it stands for."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Take over what was chosen; a sync that was interrupted goes on where it stopped."""
        sync = MlflowSync.objects.select_related("server__project", "requested_by").get(job=job)
        try:
            secret = sealing.unseal(sync.server.token)
            with Remote(sync.server.url, secret=secret) as remote:
                taking = Taking(sync, remote, progress)
                _take(taking)
        except Away as reason:
            raise TransientFailure(str(reason)) from reason
        except Malformed as reason:
            raise PermanentFailure(f"{sync.server.url} does not answer as an MLflow server does: {reason}") from reason
        except (Denied, NotMlflow, NotOffered, Absent, Refused, sealing.Unreadable) as reason:
            raise PermanentFailure(str(reason)) from reason
        return partial(_finish, taking)

    def on_failure(self, job: Job, reason: str) -> None:
        """Write down that it failed; what came over before stays, and the next sync goes on from it."""
        _end(job, MlflowSync.State.FAILED, Action.SYNC_FAILED, reason)

    def on_cancel(self, job: Job) -> None:
        """Write down that it was cancelled."""
        _end(job, MlflowSync.State.CANCELLED, Action.SYNC_CANCELLED)


def _take(taking: Taking) -> None:
    taking.say("Looking at what is there")
    experiments, names = _chosen(taking)
    total = len(experiments) + len(names)
    for done, experiment in enumerate(experiments):
        taking.percent = 100 * done // total
        runs.take_all(taking, experiment)
        logged_models.take_all(taking, experiment)
        taking.keep()
    for done, name in enumerate(names, start=len(experiments)):
        taking.percent = 100 * done // total
        models.take(taking, name)
        taking.keep()


def _chosen(taking: Taking) -> tuple[list[RemoteExperiment], list[str]]:
    chosen = taking.sync.chosen
    if not chosen:
        return contents.every(taking.remote)
    experiments = []
    for experiment_id in chosen.get("experiments", []):
        try:
            answer = taking.remote.get("experiments/get", experiment_id=experiment_id)
            experiments.append(readers.experiment(answer.get("experiment") or {}))
        except Absent:
            taking.problem(f"Experiment {experiment_id}", "It is no longer there.")
    return experiments, list(chosen.get("models", []))


def _finish(taking: Taking) -> None:
    said = taking.said()
    MlflowSync.objects.filter(pk=taking.sync.pk).update(state=MlflowSync.State.DONE, ended_at=timezone.now(), **said)
    record(
        Action.SYNC_FINISHED, by=taking.by, on=taking.sync, chain=taking.project.chain, label=str(taking.sync),
        after={"counts": said["counts"], "problems": len(said["problems"])},
    )  # fmt: skip


def _end(job: Job, state: str, action: Action, reason: str = "") -> None:
    sync = MlflowSync.objects.select_related("server__project", "requested_by").get(job=job)
    sync.state, sync.ended_at = MlflowSync.State(state), timezone.now()
    sync.save(update_fields=["state", "ended_at"])
    record(
        action, by=sync.requested_by, on=sync, chain=sync.server.project.chain, label=str(sync), comment=reason,
        after={"counts": sync.counts},
    )  # fmt: skip
