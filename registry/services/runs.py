"""Training runs, the candidates a version is chosen from: recorded whole, or started, ended and set aside."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from registry import run_changes
from registry.models import Experiment, Run, RunParam, TrainingEnvironment
from registry.models.runs import new_run_id
from registry.services import dependants, experiments, open_runs, reopenings, run_names, seals, tags
from registry.services import metrics as points

LIMIT = 1_000


class InvalidRun(ValueError):
    """The run cannot be recorded; the message says what to change."""


@transaction.atomic
def record_run(
    project: Project,
    *,
    experiment: str,
    name: str,
    by: User,
    algorithm: str = "",
    params: Mapping[str, str] | None = None,
    metrics: Sequence[tuple[str, float, int]] = (),
    note: str = "",
    environment: TrainingEnvironment | None = None,
    status: str = Run.Status.FINISHED,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> Run:
    """Record one run with its parameters and metrics; `metrics` are (key, value, step)."""
    _ensure_valid(params or {}, metrics, started_at, ended_at)
    if environment and environment.project_id != project.pk:
        raise InvalidRun("This training environment belongs to another project.")
    group = _group(project, experiment)
    run = Run.objects.create(
        experiment=group,
        name=name,
        algorithm=algorithm,
        status=status,
        environment=environment,
        note=note,
        started_at=started_at,
        ended_at=ended_at,
        created_by=by,
    )
    RunParam.objects.bulk_create(RunParam(run=run, key=key, value=value) for key, value in (params or {}).items())
    tags.write(run, {tags.NAME: name} | ({tags.NOTE: note} if note else {}))
    now = round(timezone.now().timestamp() * 1000)
    points.add(run, [points.Point(key, value, step, now) for key, value, step in metrics])
    record(
        Action.RUN_RECORDED,
        by=by,
        on=run,
        chain=project.chain,
        label=f"{name} of {experiment}",
        after={"run_id": run.run_id, "params": dict(params or {}), "metrics": {k: v for k, v, _ in metrics}},
    )
    return run


@transaction.atomic
def start(
    project: Project,
    *,
    experiment_id: str,
    by: User,
    name: str = "",
    started_by: str = "",
    started_at: datetime | None = None,
    sent: Mapping[str, str] | None = None,
    run_id: str = "",
) -> Run:
    """Start a run that its script then adds to; `sent` are its tags, and a run without a name or an id is given one.

    Raises NoSuchExperiment, ExperimentDeleted, and InvalidRun where name and tag do not agree.
    """
    experiment = experiments.find(project, experiment_id)
    experiments.ensure_active(experiment)
    said = dict(sent or {})
    if name and said.get(tags.NAME, name) != name:
        raise InvalidRun(
            f"Both the run's name and the tag {tags.NAME} were sent, and they differ: {name!r} and {said[tags.NAME]!r}."
        )
    said[tags.NAME] = name or said.get(tags.NAME) or run_names.invent()
    run = Run(
        experiment=experiment,
        name=said[tags.NAME][: tags.LONGEST_NAME],
        status=Run.Status.RUNNING,
        started_by=started_by,
        started_at=started_at or timezone.now(),
        created_by=by,
        run_id=run_id or new_run_id(),
    )
    tags.mirror(project, run, said)
    run.save(force_insert=True)
    tags.write(run, said)
    record(
        Action.RUN_STARTED, by=by, on=run, chain=project.chain, label=f"{run.name} of {experiment.name}",
        after={"run_id": run.run_id},
    )  # fmt: skip
    return run


@transaction.atomic
def update(
    project: Project, run_id: str, *, by: User, status: str = "", ended_at: datetime | None = None, name: str = ""
) -> Run:
    """Say how a run stands; its end is journaled with a digest over all that it holds.

    Raises NoSuchRun and RunDeleted.
    """
    run = open_runs.hold(project, run_id)
    was_open, before = run.is_open, {"status": run.status, "ended_at": run.ended_at, "name": run.name}
    if name:
        tags.write(run, {tags.NAME: name})
        run.name = name
    run.status = status or run.status
    if run.is_open:
        run.ended_at = None
    else:
        run.ended_at = ended_at or (timezone.now() if was_open else run.ended_at)
    after = {"status": run.status, "ended_at": run.ended_at, "name": run.name}
    if after == before:
        return run
    run.save(update_fields=["status", "ended_at", "name"])
    if was_open and not run.is_open:
        were, added = reopenings.since(run)
        record(
            Action.RUN_ENDED, by=by, on=run, chain=project.chain, label=run_changes.label_of(run.name, were, added),
            before=before | were, after=after | added | seals.of_run(run),
        )  # fmt: skip
    elif run.is_open and not was_open:
        held = reopenings.mark(run)
        record(Action.RUN_REOPENED, by=by, on=run, chain=project.chain, before=before, after=after | {"held": held})
    else:
        open_runs.changed(project, run, by=by, before=before, after=after)
    return run


@transaction.atomic
def delete(project: Project, run_id: str, *, by: User, reason: str = "") -> None:
    """Set a run aside; raises NoSuchRun, and InUse where a version depends on it. Doing it twice changes nothing."""
    run = open_runs.hold_any(project, run_id)
    if run.deleted_at is not None:
        return
    dependants.ensure_none(of_run=run)
    run.deleted_at = timezone.now()
    run.save(update_fields=["deleted_at"])
    record(Action.RUN_DELETED, by=by, on=run, chain=project.chain, after={"run_id": run.run_id}, comment=reason)


@transaction.atomic
def restore(project: Project, run_id: str, *, by: User, reason: str = "") -> None:
    """Take a run back that was set aside; raises NoSuchRun."""
    run = open_runs.hold_any(project, run_id)
    if run.deleted_at is None:
        return
    run.deleted_at = None
    run.save(update_fields=["deleted_at"])
    record(Action.RUN_RESTORED, by=by, on=run, chain=project.chain, after={"run_id": run.run_id}, comment=reason)


def _group(project: Project, name: str) -> Experiment:
    """The experiment of a name, made where there is none."""
    if name == experiments.DEFAULT_NAME:
        experiments.default_of(project)
    group, _ = Experiment.objects.get_or_create(project=project, name=name)
    if group.deleted_at is not None:
        raise InvalidRun(f"The experiment {name} was deleted. Restore it, or name another one.")
    return group


def _ensure_valid(
    params: Mapping[str, str],
    metrics: Sequence[tuple[str, float, int]],
    started_at: datetime | None,
    ended_at: datetime | None,
) -> None:
    if len(params) > LIMIT or len(metrics) > LIMIT:
        raise InvalidRun(f"A run keeps at most {LIMIT:,} parameters and {LIMIT:,} metric values. Leave some out.")
    if started_at and ended_at and ended_at < started_at:
        raise InvalidRun("The run ends before it starts. Check both moments.")
