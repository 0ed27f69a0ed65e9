"""What the numbers mean: a verdict for each threshold, and what to tell a promotion."""

from collections.abc import Iterable
from typing import Any

from canvas.models import Kpi, Project
from evaluation.measures.comparison import Comparison, Standing
from evaluation.measures.estimates import Estimate, undefined
from evaluation.measures.evaluate import BaselineResult, Measurement
from evaluation.measures.metrics import default_primary
from evaluation.measures.samples import Task
from evaluation.measures.slices import FEWEST_ROWS
from evaluation.measures.verdicts import Direction, Outcome, Threshold, judge
from evaluation.outcome import HeldOut, Report, Row
from registry.models import Check

PASSED, FAILED, UNKNOWN = Check.Status.PASSED, Check.Status.FAILED, Check.Status.UNKNOWN

# The one metric by which a model is held against a baseline: the first of these that both have a value of. A constant
# answer reaches a perfect specificity or recall, so those would tell nothing.
HEADLINES: dict[str, tuple[str, ...]] = {
    Project.Task.BINARY: ("roc_auc", "balanced_accuracy"),
    Project.Task.MULTICLASS: ("balanced_accuracy", "accuracy"),
    Project.Task.REGRESSION: ("mae",),
}


def verdicts(measurement: Measurement, thresholds: Iterable[dict[str, Any]]) -> list[Row]:
    """A verdict for every frozen threshold."""
    return [_verdict(measurement, frozen) for frozen in thresholds]


def slice_metrics(task: Task, thresholds: Iterable[dict[str, Any]], *, has_scores: bool) -> list[str]:
    """The metrics to measure on each slice: what a reader asks for first, and what a KPI holds every group to."""
    held_to = [frozen["metric"] for frozen in thresholds if frozen["kind"] == Kpi.Kind.FAIRNESS]
    return list(dict.fromkeys([*default_primary(task, has_scores=has_scores), *held_to]))


def thresholds_of(frozen: Iterable[dict[str, Any]]) -> dict[str, Threshold]:
    """The threshold of each metric, for drawing a line at it."""
    return {one["metric"]: _threshold(one) for one in frozen}


def reports(task: str, held_out: HeldOut, judged: list[Row], baseline: BaselineResult | None) -> list[Report]:
    """What an evaluation says about the three promotion requirements that this room answers for."""
    return [_about_rows(held_out), _about_kpis(judged), _about_baseline(task, baseline)]


def headline(task: str, baseline: BaselineResult) -> Comparison | None:
    """The comparison that says whether the model is better than the baseline."""
    by_metric = {found.metric: found for found in baseline.comparisons}
    wanted = [by_metric[key] for key in HEADLINES[task] if key in by_metric]
    return next((found for found in wanted if found.difference is not None), None)


def _verdict(measurement: Measurement, frozen: dict[str, Any]) -> Row:
    threshold = _threshold(frozen)
    if frozen["kind"] == Kpi.Kind.FAIRNESS:
        estimate, where = _worst_slice(measurement, frozen["metric"], threshold.direction)
    else:
        estimate, where = measurement.find(frozen["metric"]), ""
    found = judge(estimate, threshold)
    return {
        "kpi_id": frozen["kpi"],
        "kpi_revision": frozen["revision"],
        "kpi_name": frozen["name"],
        "metric": frozen["metric"],
        "direction": frozen["direction"],
        "threshold": frozen["threshold"],
        "threshold_upper": frozen["threshold_upper"],
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "verdict": found.outcome.value,
        "reason": f"{where}{found.sentence}",
    }


def _threshold(frozen: dict[str, Any]) -> Threshold:
    direction = Direction(frozen["direction"])
    if direction is Direction.DOWN:
        return Threshold(direction, high=frozen["threshold"])
    return Threshold(direction, low=frozen["threshold"], high=frozen["threshold_upper"])


def _worst_slice(measurement: Measurement, metric: str, direction: Direction) -> tuple[Estimate, str]:
    """The group that fares worst among those large enough to judge: fair means that even it meets the threshold."""
    found = [
        (result.find(metric), f"{column.name} = {result.label}")
        for column in measurement.slices
        for result in column.results
        if result.n >= FEWEST_ROWS and result.find(metric).is_defined
    ]
    if not found:
        reason = f"No slice has {FEWEST_ROWS} rows and a value. Evaluate again, sliced by the groups to compare."
        return undefined(metric, reason, n=0), ""
    overall = measurement.find(metric).value or 0.0

    def badness(candidate: tuple[Estimate, str]) -> float:
        value = candidate[0].value or 0.0
        return {Direction.UP: -value, Direction.DOWN: value, Direction.BAND: abs(value - overall)}[direction]

    estimate, name = max(found, key=badness)
    return estimate, f"Worst slice, {name}: "


def _about_rows(held_out: HeldOut) -> Report:
    status = {True: PASSED, False: FAILED, None: UNKNOWN}[held_out.holds]
    return Report("evaluated_held_out", status, held_out.reason)


def _about_kpis(judged: list[Row]) -> Report:
    if not judged:
        reason = "No KPI of this project has both a threshold and a metric that this task can measure."
        return Report("kpis_met", UNKNOWN, reason)
    missed = [row["kpi_name"] for row in judged if row["verdict"] == Outcome.FAIL]
    undecided = [row["kpi_name"] for row in judged if row["verdict"] == Outcome.INCONCLUSIVE]
    if missed:
        return Report("kpis_met", FAILED, f"Missed: {', '.join(missed)}.")
    if undecided:
        return Report("kpis_met", UNKNOWN, f"These rows cannot decide: {', '.join(undecided)}.")
    if len(judged) == 1:
        return Report("kpis_met", PASSED, f"{judged[0]['kpi_name']} is met with its whole interval.")
    return Report("kpis_met", PASSED, f"All {len(judged)} thresholds are met with their whole intervals.")


def _about_baseline(task: str, baseline: BaselineResult | None) -> Report:
    found = headline(task, baseline) if baseline else None
    if found is None:
        return Report("beats_baseline", UNKNOWN, "The model could not be compared with a baseline on these rows.")
    status = {Standing.BETTER: PASSED, Standing.WORSE: FAILED, Standing.INCONCLUSIVE: UNKNOWN}[found.standing]
    return Report("beats_baseline", status, found.sentence)
