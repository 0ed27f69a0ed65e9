"""Record training runs: the candidates a version was chosen from."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from registry.json_values import NotStorable
from registry.models import Experiment, Run, RunParam, TrainingEnvironment
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
    params: Mapping[str, object] | None = None,
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
    group, _ = Experiment.objects.get_or_create(project=project, name=experiment)
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
    RunParam.objects.bulk_create(RunParam(run=run, key=key, value=str(value)) for key, value in (params or {}).items())
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


def _ensure_valid(
    params: Mapping[str, object],
    metrics: Sequence[tuple[str, float, int]],
    started_at: datetime | None,
    ended_at: datetime | None,
) -> None:
    if len(params) > LIMIT or len(metrics) > LIMIT:
        raise InvalidRun(f"A run keeps at most {LIMIT:,} parameters and {LIMIT:,} metric values. Leave some out.")
    for key, value, _ in metrics:
        if not math.isfinite(value):
            raise NotStorable(
                f"The metric “{key}” is {value}, which is no number. Leave it out and say why in the note."
            )
    if started_at and ended_at and ended_at < started_at:
        raise InvalidRun("The run ends before it starts. Check both moments.")
