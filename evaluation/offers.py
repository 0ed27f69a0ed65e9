"""What this room tells the rooms below: the jobs it does, the metrics a KPI may name, and what proves the plan."""

from canvas.kpis import offer_metrics
from evaluation import claims, proofs
from evaluation.choices import metric_choices
from evaluation.handler import EvaluationHandler
from evaluation.services.requests import KIND
from jobs.handlers import offer


def make() -> None:
    """Offer them all."""
    offer(KIND, EvaluationHandler())
    offer_metrics(metric_choices())
    proofs.offer()
    claims.offer()
