"""What measurements say against the plan: thresholds of block 5 beside sealed KPIs and the last evaluation."""

from collections.abc import Mapping
from typing import Any

from canvas import evidence
from canvas.evidence import Contradiction
from canvas.kpis import metric_choices
from canvas.models import Kpi, Project
from evaluation.models import EvaluationJob, KpiVerdict
from evaluation.proofs import failed

Answers = Mapping[int, Mapping[str, Any]]
Found = list[tuple[int, Contradiction]]

RULES = {"at_least": Kpi.Direction.UP, "at_most": Kpi.Direction.DOWN}
SIGNS = {Kpi.Direction.UP: "at least", Kpi.Direction.DOWN: "at most"}


def thresholds_differ(project: Project, answers: Answers) -> Found:
    """Block 5 states a threshold or a main measure, and the KPIs that judge a release say otherwise."""
    plan = answers.get(5, {})
    rows, primary = plan.get("thresholds") or [], str(plan.get("primary_metric", ""))
    if not rows and not primary:
        return []
    held = list(
        Kpi.objects.filter(project=project, retired_at__isnull=True, threshold__isnull=False).exclude(metric="")
    )
    by_metric = {kpi.metric: kpi for kpi in held}
    found = [
        (5, Contradiction("thresholds", sentence))
        for row in rows
        if (kpi := by_metric.get(_metric(str(row.get("metric", ""))))) and (sentence := _other_value(row, kpi))
    ]
    key = _metric(primary)
    if held and key and key not in by_metric:
        judged = ", ".join(sorted(kpi.name for kpi in held)[:3])
        sentence = f"Says “{primary}” decides; no KPI holds a release to it. Releases are held to: {judged}."
        found.append((5, Contradiction("primary_metric", sentence)))
    return found


def _other_value(row: Mapping[str, Any], kpi: Kpi) -> str:
    value, direction = row.get("value"), RULES.get(str(row.get("rule", "")))
    if value is None or kpi.threshold is None or (value == kpi.threshold and direction in (kpi.direction, None)):
        return ""
    if kpi.direction == Kpi.Direction.BAND and kpi.threshold_upper is not None:
        if value in (kpi.threshold, kpi.threshold_upper):
            return ""
        holds = f"between {kpi.threshold:g} and {kpi.threshold_upper:g}"
    else:
        holds = f"{SIGNS[Kpi.Direction(kpi.direction)]} {kpi.threshold:g}"
    said = f"{SIGNS[direction]} {value:g}" if direction else f"{value:g}"
    return f"Says {row['metric']} {said}; the KPI “{kpi.name}” holds releases to {holds}."


def last_evaluation_fails(project: Project, answers: Answers) -> Found:
    """The last evaluation missed what block 5 promises."""
    if not (answers.get(5, {}).get("thresholds") or answers.get(5, {}).get("primary_metric")):
        return []
    done = EvaluationJob.objects.finished().filter(project=project).select_related("version__model")
    last = done.prefetch_related("verdicts").order_by("-finished_at", "-number").first()
    return [(5, Contradiction("thresholds", _miss(verdict, last))) for verdict in failed(last)] if last else []


def _miss(verdict: KpiVerdict, one: EvaluationJob) -> str:
    direction = Kpi.Direction(verdict.direction)
    if direction == Kpi.Direction.BAND:
        promised = f"between {verdict.threshold:g} and {verdict.threshold_upper:g}"
    else:
        promised = f"{SIGNS[direction]} {verdict.threshold:g}"
    value = "no value" if verdict.value is None else f"{verdict.value:.3g}"
    return f"Promises {verdict.kpi_name} {promised}; evaluation {one.number} of {one.version} measured {value}."


def _metric(name: str) -> str:
    """The key of the metric that people call by this name; empty when it is none that can be measured here."""
    wanted = _folded(name)
    for choice in metric_choices():
        label = _folded(choice.label)
        if wanted and wanted in (choice.key, _folded(choice.key.replace("_", " ")), label, label.partition(" (")[0]):
            return choice.key
    return ""


def offer() -> None:
    """Make the comparisons known."""
    evidence.offer_claim("evaluation.thresholds", thresholds_differ)
    evidence.offer_claim("evaluation.verdicts", last_evaluation_fails)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
