"""What this room tells the rooms below: jobs, metrics for KPIs, what it hears of, what it measured, what proves the plan."""

from collections.abc import Mapping, Sequence

from django.db.models import Count, Max, Min

from canvas.kpis import MetricChoice, Seen, offer_measurements, offer_metrics
from data import kept
from data.kept import Column
from evaluation import claims, outlines, proofs
from evaluation.models import MetricResult
from jobs.handlers import offer
from registry import measurements, registered
from registry.measurements import Measurement


def make() -> None:
    """Offer them all."""
    offer("evaluation", "evaluation.handler.EvaluationHandler")
    offer(outlines.KIND, "evaluation.outline_handler.OutlineHandler")
    registered.offer(outlines.on_registered)
    offer_metrics(metrics)
    proofs.offer()
    kept.offer(Column("evaluation.EvaluationJob", "predictions_sha256", "project"))
    claims.offer()
    offer_measurements(measured)
    measurements.offer(measured_of)


def metrics() -> list[MetricChoice]:
    """Every metric that this room measures."""
    # The table stands on SciPy, which takes a second to load: whoever first asks for a metric waits for it.
    from evaluation.choices import metric_choices  # noqa: PLC0415

    return metric_choices()


def measured_of(versions: Sequence[int]) -> Mapping[int, list[Measurement]]:
    """What was measured of versions."""
    # As above: only a page about a version has to wait for SciPy.
    from evaluation import measured_versions  # noqa: PLC0415

    return measured_versions.read(versions)


def measured(project_id: int) -> dict[str, Seen]:
    """What the versions of a project reached in evaluations, by metric; one query."""
    results = MetricResult.objects.filter(
        evaluation__version__model__project=project_id, subject=MetricResult.Subject.MODEL, value__isnull=False
    )
    rows = results.order_by().values_list("metric").annotate(Count("pk"), Min("value"), Max("value"))
    return {metric: Seen(count, low, high) for metric, count, low, high in rows}
