"""What the pages and the API of opportunities read: the ranking, filters, and which projects may be named."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from canvas.models import Opportunity, Project
from canvas.ranking import Weights, ranked
from canvas.services.opportunities import weights_in_force

Status = Opportunity.Status


@dataclass(frozen=True)
class Ranked:
    """An idea, its score by the weights that hold, and its place among the open ones."""

    opportunity: Opportunity
    score: float
    rank: int | None


def ranking(weights: Weights | None = None) -> list[Ranked]:
    """Every idea, best first; only open ones have a place. One query, and one more without the weights."""
    weights = weights or weights_in_force()[0]
    places: dict[int, int] = {}
    found = ranked(Opportunity.objects.select_related("process", "created_by"), weights)
    for opportunity, _ in found:
        if opportunity.status == Status.OPEN:
            places[opportunity.pk] = len(places) + 1
    return [Ranked(one, score, places.get(one.pk)) for one, score in found]


def filtered(rows: Iterable[Ranked], *, status: str = "", process: str = "", query: str = "") -> list[Ranked]:
    """The rows with a status, of a process, and with every word of a query somewhere in their texts."""
    words = query.casefold().split()
    return [
        row
        for row in rows
        if (not status or row.opportunity.status == status)
        and (not process or str(row.opportunity.process_id) == process)
        and all(word in _text_of(row.opportunity) for word in words)
    ]


def slugs_for(visible: QuerySet[Project], opportunities: Iterable[Opportunity]) -> dict[int, str]:
    """The slugs of the projects that ideas became, for those who may see them."""
    wanted = {one.project_id for one in opportunities if one.project_id}
    return dict(visible.filter(pk__in=wanted).values_list("pk", "slug")) if wanted else {}


def _text_of(one: Opportunity) -> str:
    return " ".join([one.task, one.idea, one.process.name, one.decided_reason]).casefold()
