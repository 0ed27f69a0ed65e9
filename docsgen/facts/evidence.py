"""What was measured."""

from collections import Counter

from django.db import models

from canvas.kpis import metric_label
from data.models import Dataset
from docsgen.facts.ledger import Ledger, Snapshot, stamp
from evaluation.models import EvaluationJob
from jobs.models import Job
from registry.models import ModelVersion


def evaluation_facts(version: ModelVersion, ledger: Ledger) -> list[Snapshot]:
    """Finished evaluations, first and in full the one that the promotion checks rest on, then the newest first."""
    finished = (
        version.evaluations.filter(job__state=Job.State.SUCCEEDED)
        .select_related("dataset", "requested_by")
        .prefetch_related("verdicts")
        .by_weight()
    )
    listed = [_evaluation(evaluation, ledger) for evaluation in finished]
    if listed:
        listed[0] |= _results(finished[0])
    return listed


def _evaluation(evaluation: EvaluationJob, ledger: Ledger) -> Snapshot:
    return {
        "ref": ledger.cite(
            evaluation,
            label=f"evaluation {evaluation.number}",
            revision=evaluation.number,
            sha256=evaluation.results_sha256,
            at=evaluation.finished_at,
            by=evaluation.requested_by,
        ),
        "dataset_ref": f"{Dataset._meta.label_lower}:{evaluation.dataset_id}" if evaluation.dataset_id else "",
        "number": evaluation.number,
        "mode": evaluation.get_mode_display(),
        "strength": evaluation.get_strength_display(),
        "sandbox_tier": evaluation.sandbox_tier,
        "dataset": str(evaluation.dataset) if evaluation.dataset else evaluation.predictions_name,
        "data_sha256": evaluation.dataset.sha256 if evaluation.dataset else evaluation.predictions_sha256,
        "predictions_sha256": evaluation.predictions_sha256,
        "rows": evaluation.rows,
        "seed": evaluation.seed,
        "positive_label": evaluation.positive_label,
        "is_held_out": evaluation.is_held_out,
        "held_out_reason": evaluation.held_out_reason,
        "baseline_name": evaluation.baseline_name,
        "finished_at": stamp(evaluation.finished_at),
        "requested_by": evaluation.requested_by.get_full_name(),
        "verdict_counts": dict(sorted(Counter(verdict.verdict for verdict in evaluation.verdicts.all()).items())),
        "notes": evaluation.notes,
        "software": evaluation.software,
    }


def _results(evaluation: EvaluationJob) -> Snapshot:
    numbers = ("metric", "value", "low", "high", "n", "method", "reason")
    compared = ("metric", "difference", "low", "high", "n", "method", "verdict")
    sliced = ("column", "value_label", "metric", "value", "low", "high", "n", "note")
    judged = (
        "kpi_id", "kpi_name", "kpi_revision", "metric", "direction", "threshold", "threshold_upper", "value", "low", "high", "n",
        "verdict", "reason",
    )  # fmt: skip
    drawn = ("name", "title", "alt", "caption", "print_svg")
    return {
        "metrics": [_row(row, ("subject", *numbers)) | _named(row.metric) for row in evaluation.metrics.all()],
        "comparisons": [_row(row, compared) | _named(row.metric) for row in evaluation.comparisons.all()],
        "slices": [_row(row, sliced) | _named(row.metric) for row in evaluation.slices.all()],
        "verdicts": [_row(row, judged) | _named(row.metric) for row in evaluation.verdicts.all()],
        "figures": [_row(row, drawn) for row in evaluation.curves.all()],
    }


def _row(record: models.Model, keys: tuple[str, ...]) -> Snapshot:
    return {key: getattr(record, key) for key in keys}


def _named(metric: str) -> Snapshot:
    return {"metric_label": metric_label(metric)}
