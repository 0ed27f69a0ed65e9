"""Keep what came of an evaluation; the worker calls these in the transaction that ends the job."""

from typing import TypeVar

from django.db.models import Model
from django.utils import timezone

from audit.actions import Action
from audit.services import record
from canvas.kpis import held_to_sha256
from evaluation.models import (
    BaselineComparison,
    Curve,
    EvaluationJob,
    KpiVerdict,
    MetricResult,
    SliceResult,
)
from evaluation.outcome import Outcome, Row
from registry.evidence import Evidence, kpi_evidence
from registry.services import checks

AnyResult = TypeVar("AnyResult", bound=Model)


def save(evaluation: EvaluationJob, outcome: Outcome) -> None:
    """Store all results of an evaluation, and tell the registry what they mean for a promotion."""
    evaluation.finished_at = timezone.now()
    evaluation.rows = outcome.rows
    evaluation.strength = outcome.strength
    evaluation.sandbox_tier = outcome.sandbox_tier
    evaluation.is_held_out = outcome.held_out.holds
    evaluation.held_out_reason = outcome.held_out.reason
    evaluation.baseline_name = outcome.baseline_name
    evaluation.software = outcome.software
    evaluation.notes = outcome.notes
    evaluation.results_sha256 = outcome.fingerprint()
    evaluation.save()
    _store(MetricResult, evaluation, outcome.metrics)
    _store(BaselineComparison, evaluation, outcome.comparisons)
    _store(SliceResult, evaluation, outcome.slices)
    _store(KpiVerdict, evaluation, outcome.verdicts)
    _store(Curve, evaluation, outcome.curves)
    record(
        Action.EVALUATION_FINISHED,
        by=None,
        on=evaluation,
        chain=evaluation.project.chain,
        after={
            "results_sha256": evaluation.results_sha256,
            "rows": evaluation.rows,
            "is_held_out": evaluation.is_held_out,
            "strength": evaluation.strength,
            "sandbox_tier": evaluation.sandbox_tier,
            "verdicts": {row["kpi_name"]: row["verdict"] for row in outcome.verdicts},
        },
    )
    if _is_evidence(evaluation):
        for report in outcome.reports:
            reason = f"{report.reason} (evaluation {evaluation.number})"
            evidence = [evidence_of(evaluation), *(_kpis_of(evaluation) if report.key == "kpis_met" else [])]
            checks.report(evaluation.version, report.key, status=report.status, reason=reason, evidence=evidence)


def record_failure(evaluation: EvaluationJob, reason: str) -> None:
    """Write down that an evaluation failed, and why."""
    record(Action.EVALUATION_FAILED, by=None, on=evaluation, chain=evaluation.project.chain, comment=reason)


def record_cancel(evaluation: EvaluationJob) -> None:
    """Write down that an evaluation was cancelled."""
    record(Action.EVALUATION_CANCELLED, by=None, on=evaluation, chain=evaluation.project.chain)


def evidence_of(evaluation: EvaluationJob) -> Evidence:
    """The record that a check of this room points to."""
    return {
        "type": "evaluation.evaluationjob",
        "id": evaluation.pk,
        "revision": None,
        "sha256": evaluation.results_sha256,
        "label": f"Evaluation {evaluation.number}",
        "url": evaluation.get_absolute_url(),
    }


def _kpis_of(evaluation: EvaluationJob) -> list[Evidence]:
    return [
        kpi_evidence(
            frozen["kpi"],
            name=frozen["name"],
            revision=frozen["revision"],
            sha256=held_to_sha256(frozen),
            slug=evaluation.project.slug,
        )
        for frozen in evaluation.thresholds
    ]


def _is_evidence(evaluation: EvaluationJob) -> bool:
    """Whether a promotion should look at this one: the latest on held-out rows, or the latest while there is none."""
    if evaluation.is_held_out:
        return True
    others = EvaluationJob.objects.filter(version=evaluation.version, is_held_out=True)
    return not others.exclude(pk=evaluation.pk).exists()


def _store(model: type[AnyResult], evaluation: EvaluationJob, rows: list[Row]) -> None:
    model._default_manager.bulk_create([model(evaluation=evaluation, **row) for row in rows], batch_size=500)
