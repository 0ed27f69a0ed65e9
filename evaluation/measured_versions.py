"""What evaluations say of versions, in the words of the room that keeps versions."""

from collections.abc import Mapping, Sequence

from evaluation.measures.estimates import show, show_interval
from evaluation.models import EvaluationJob, MetricResult
from evaluation.presentation import label_of, overall
from registry.measurements import Measurement


def read(versions: Sequence[int]) -> Mapping[int, list[Measurement]]:
    """The evaluations of each version, those with held-out rows first; three queries however many there are."""
    evaluations = (
        EvaluationJob.objects.filter(version__in=versions)
        .select_related("project", "job", "dataset", "version__model")
        .prefetch_related("metrics", "verdicts")
        .by_weight()
    )
    found: dict[int, list[Measurement]] = {}
    for evaluation in evaluations:
        found.setdefault(evaluation.version_id, []).append(_measurement(evaluation))
    return {version: sorted(listed, key=_unfinished) for version, listed in found.items()}


def _unfinished(measured: Measurement) -> bool:
    # A database may put what has no date first or last.
    return measured.state != "done"


def _measurement(evaluation: EvaluationJob) -> Measurement:
    return Measurement(
        id=evaluation.pk,
        number=evaluation.number,
        label=f"Evaluation {evaluation.number}",
        url=evaluation.get_absolute_url(),
        on=evaluation.source_label,
        state=_state(evaluation),
        finished_at=evaluation.finished_at,
        is_held_out=bool(evaluation.is_held_out),
        verdict=overall(str(verdict.verdict) for verdict in evaluation.verdicts.all()),
        metrics={
            label_of(evaluation.version.model.task, row.metric): _written(row)
            for row in evaluation.metrics.all()
            if row.subject == MetricResult.Subject.MODEL and row.value is not None
        },
    )


def _state(evaluation: EvaluationJob) -> str:
    if evaluation.finished_at:
        return "done"
    return "failed" if evaluation.job.is_over else "running"


def _written(row: MetricResult) -> str:
    if row.value is None:
        return ""
    ends = "" if row.low is None or row.high is None else f" ({show_interval((row.low, row.high))})"
    return f"{show(row.value)}{ends}"
