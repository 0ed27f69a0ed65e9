"""What this room tells the rooms below: the jobs it does, the metrics a KPI may name, and what proves the plan."""

from django.db.models import Count, Max, Min

from canvas.kpis import Seen, offer_measurements, offer_metrics
from evaluation import claims, proofs
from evaluation.choices import metric_choices
from evaluation.handler import EvaluationHandler
from evaluation.models import MetricResult
from evaluation.services.requests import KIND
from jobs.handlers import offer


def make() -> None:
    """Offer them all."""
    offer(KIND, EvaluationHandler())
    offer_metrics(metric_choices())
    proofs.offer()
    claims.offer()
    offer_measurements(measured)


def measured(project_id: int) -> dict[str, Seen]:
    """What the versions of a project reached in evaluations, by metric; one query."""
    results = MetricResult.objects.filter(
        evaluation__version__model__project=project_id, subject=MetricResult.Subject.MODEL, value__isnull=False
    )
    rows = results.order_by().values_list("metric").annotate(Count("pk"), Min("value"), Max("value"))
    return {metric: Seen(count, low, high) for metric, count, low, high in rows}
