"""Keep why one run was chosen among others, with the candidates as they stand at that moment."""

import math
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from registry.json_values import ensure_text
from registry.models import LatestMetric, Run, RunParam, SelectionRecord

FEWEST, MOST = 2, 200
LONGEST_REASON = 5_000
# A parameter may be a whole configuration; the record is there to tell candidates apart.
LONGEST_VALUE = 500


class InvalidSelection(ValueError):
    """The choice cannot be recorded; the message says what to change, for people."""


class StillGoing(Exception):
    """A candidate is not over, so what it would be judged by may still change."""


@transaction.atomic
def record_selection(
    project: Project,
    *,
    chosen: str,
    candidates: Sequence[str],
    metric: str,
    higher_is_better: bool,
    reason: str,
    by: User,
) -> SelectionRecord:
    """Record that one run was chosen among the candidates, all by run id; what they scored is read anew here.

    Raises InvalidSelection for what does not fit together, StillGoing while a candidate is not over.
    """
    reason = ensure_text(reason.strip(), what="the reason")
    wanted = [ensure_text(run_id, what="a run's id") for run_id in dict.fromkeys([*candidates, chosen])]
    if not reason:
        raise InvalidSelection("Say why this run was chosen. Whoever reads the record later has only this sentence.")
    if not FEWEST <= len(wanted) <= MOST:
        raise InvalidSelection(f"A choice is among {FEWEST} to {MOST} runs; here are {len(wanted)}.")
    # Two people may choose at once, and a run that is being deleted is no candidate any more: look under a lock.
    locked = Run.objects.select_for_update(of=("self",)).filter(experiment__project=project, run_id__in=wanted)
    runs = {run.run_id: run for run in locked.select_related("experiment").order_by("pk")}
    _ensure_candidates(wanted, runs)
    listed = _as_they_stand(list(runs.values()), metric, higher_is_better=higher_is_better)
    mine = next(one for one in listed if one["run_id"] == chosen)
    if mine["value"] is None:
        raise InvalidSelection(
            f"The run {mine['name']} has no value of “{metric}”. Choose a metric that the chosen run declared."
        )
    selection = SelectionRecord.objects.create(
        project=project,
        chosen=runs[chosen],
        metric=metric,
        higher_is_better=higher_is_better,
        reason=reason,
        candidates=listed,
        by=by,
    )
    after = {
        "run_id": chosen,
        "metric": metric,
        "higher_is_better": higher_is_better,
        "candidates": [{"run_id": one["run_id"], "value": one["value"]} for one in listed],
    }
    label = f"{mine['name']} among {len(listed)} runs by {metric}"
    record(Action.RUN_CHOSEN, by=by, on=selection, chain=project.chain, label=label, after=after, comment=reason)
    return selection


def _ensure_candidates(wanted: Sequence[str], runs: dict[str, Run]) -> None:
    if missing := [run_id for run_id in wanted if run_id not in runs]:
        raise InvalidSelection(f"There is no run {missing[0]} in this project. Compare the runs again.")
    if gone := [run for run in runs.values() if run.deleted_at]:
        raise InvalidSelection(f"The run {gone[0].name} is deleted. Restore it, or leave it out.")
    if going := [run for run in runs.values() if run.is_open]:
        raise StillGoing(f"The run {going[0].name} is still going. Wait for its end, or leave it out.")


def _as_they_stand(runs: Sequence[Run], metric: str, *, higher_is_better: bool) -> list[dict[str, Any]]:
    """The candidates with their value and parameters, the best first; those without a value stand last."""
    latest = LatestMetric.objects.filter(run__in=runs, key=metric, is_nan=False)
    values: dict[int, float] = dict(latest.values_list("run_id", "value"))
    params: dict[int, dict[str, str]] = {run.pk: {} for run in runs}
    for run, key, value in RunParam.objects.filter(run__in=runs).order_by("key").values_list("run_id", "key", "value"):
        params[run][key] = value[:LONGEST_VALUE]

    def place(run: Run) -> tuple[float, str]:
        value = values.get(run.pk)
        return (math.inf if value is None else -value if higher_is_better else value), run.run_id

    return [
        {"run_id": run.run_id, "name": run.name, "value": values.get(run.pk), "params": params[run.pk]}
        for run in sorted(runs, key=place)
    ]
