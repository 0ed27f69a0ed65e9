"""What the registry says against the plan: promised retraining and promised monitoring."""

from collections.abc import Mapping
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from canvas import evidence
from canvas.evidence import Contradiction
from canvas.intervals import longest_gap
from canvas.models import KpiReading, Project
from registry.models import Run, StageAssignment

Answers = Mapping[int, Mapping[str, Any]]
Found = list[tuple[int, Contradiction]]

LIVE = "production"
# A training that is a few days late is no contradiction.
PATIENCE = 1.1
# Live measures may take this long to arrive after a version went live; then their silence counts.
GRACE_DAYS = 7


def retraining_is_late(project: Project, answers: Answers) -> Found:
    """Block 8 promises to retrain on a schedule, and the last finished training run is older than that."""
    plan = answers.get(8, {})
    said, mode = str(plan.get("cadence", "")), plan.get("retrain_mode", "")
    gap = longest_gap(said) if mode in ("", "scheduled") else None
    if gap is None:
        return []
    finished = Run.objects.filter(experiment__project=project, status=Run.Status.FINISHED)
    last = finished.order_by().annotate(at=Coalesce("ended_at", "created_at")).order_by("-at").first()
    if last is None:
        return []
    age = (timezone.now() - (last.ended_at or last.created_at)).days
    if age <= gap * PATIENCE:
        return []
    return [(8, Contradiction("cadence", f"Says retrain {_lowered(said)}; last training run {age} days ago."))]


def monitoring_is_silent(project: Project, answers: Answers) -> Found:
    """Block 9 promises live measures, a version is live, and nothing was measured since, or not for too long."""
    promised = answers.get(9, {}).get("live_metrics") or []
    if not promised:
        return []
    live = StageAssignment.objects.filter(
        version__model__project=project, stage__key=LIVE, until_at__isnull=True
    ).select_related("version__model", "stage")
    first = live.order_by("from_at").first()
    if first is None or (days := (timezone.now() - first.from_at).days) <= GRACE_DAYS:
        return []
    readings = KpiReading.objects.filter(kpi__project=project, superseded_at__isnull=True)
    last = readings.order_by("-measured_on").values_list("measured_on", flat=True).first()
    count = f"{len(promised)} live measure{'s' if len(promised) > 1 else ''}"
    if last is None or last < timezone.localdate(first.from_at):
        sentence = (
            f"Promises {count}; nothing was measured since {first.version} went to {first.stage} {days} days ago."
        )
        return [(9, Contradiction("live_metrics", sentence))]
    return _overdue(promised, (timezone.localdate() - last).days)


def _overdue(promised: list[dict[str, Any]], age: int) -> Found:
    """The measure whose window is shortest is the first to be missed."""
    gaps = [(gap, row) for row in promised if (gap := longest_gap(f"every {row.get('window', '')}")) is not None]
    if not gaps:
        return []
    gap, row = min(gaps, key=lambda pair: pair[0])
    if age <= max(gap * 2, GRACE_DAYS):
        return []
    said = f"Says “{row.get('metric', 'a live measure')}” is watched over “{row.get('window')}”"
    return [(9, Contradiction("live_metrics", f"{said}; the last reading is {age} days old.", is_stale=True))]


def offer() -> None:
    """Make the comparisons known."""
    evidence.offer_claim("registry.retraining", retraining_is_late)
    evidence.offer_claim("registry.monitoring", monitoring_is_silent)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
