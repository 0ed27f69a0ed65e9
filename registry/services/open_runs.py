"""Hold a run while something is added to it, and journal what is added after its end."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

import statements
from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from registry import run_changes
from registry.models import Run
from statements import Statement

LONGEST_SHOWN = 500
HEARD_EVERY = timedelta(minutes=10)

_HELD = Statement(
    lambda run_id, project: (
        Run.objects.select_for_update(of=("self",), no_key=True)
        .filter(run_id=run_id, experiment__project=project)
        .order_by()
        .values_list(*statements.columns(Run))
    ),
    "run",
    -1,
)


class NoSuchRun(Exception):
    """The project has no such run."""


class RunDeleted(Exception):
    """The run was deleted, and has to be restored first."""


def hold(project: Project, run_id: str) -> Run:
    """The run, locked until the caller's transaction ends; raises NoSuchRun and RunDeleted."""
    run = hold_any(project, run_id)
    if run.deleted_at is not None:
        raise RunDeleted(f"The run {run_id} must be in the 'active' state. It was deleted; restore it first.")
    hear(run)
    return run


def hear(run: Run) -> None:
    """Note that a run that is going was added to; every ten minutes is enough, and costs writers nothing between."""
    now = timezone.now()
    if run.is_open and now - run.heard_at > HEARD_EVERY:
        run.last_heard_at = now
        run.save(update_fields=["last_heard_at"])


def hold_any(project: Project, run_id: str) -> Run:
    """The run, deleted or not, locked until the caller's transaction ends; raises NoSuchRun.

    Writers of one run wait for each other here, so that none of them is lost or undone by another.
    """
    found = _HELD.first(run_id, project.pk)
    if found is None:
        raise no_such(run_id)
    return statements.record(Run, found)


def no_such(run_id: str) -> NoSuchRun:
    """What is said of a run that the project does not have."""
    return NoSuchRun(f"Run with id={run_id} not found.")


def changed(
    project: Project, run: Run, *, by: User, after: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> None:
    """Journal a change of a run that had ended, by its keys; what an open run gathers the line of its end covers."""
    if run.is_open:
        return
    label = run_changes.label_of(run.name, before or {}, after)
    record(
        Action.RUN_CHANGED, by=by, on=run, chain=project.chain, label=label, before=shown(before or {}),
        after=shown(after),
    )  # fmt: skip


def shown(said: Mapping[str, Any]) -> dict[str, Any]:
    """Values short enough for a journal."""
    return {key: shown(value) if isinstance(value, Mapping) else _cut(value) for key, value in said.items()}


def _cut(value: Any) -> Any:
    return f"{value[:LONGEST_SHOWN]}…" if isinstance(value, str) and len(value) > LONGEST_SHOWN else value
