"""What this room tells the rooms below: the jobs it does, and the metrics that a KPI may name."""

from canvas.kpis import offer_metrics
from evaluation.choices import metric_choices
from evaluation.handler import EvaluationHandler
from evaluation.services.requests import KIND
from jobs.handlers import offer


def make() -> None:
    """Offer both."""
    offer(KIND, EvaluationHandler())
    offer_metrics(metric_choices())
