"""One search from what was asked to the records found: their keys in order, and the token of the next page."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from registry.mlflow_api.search import pages
from registry.mlflow_api.search.conditions import condition, field_of
from registry.mlflow_api.search.grammar import Order, clauses_of, order_of
from registry.mlflow_api.search.kinds import Attribute, Keyed, Searched
from registry.mlflow_api.search.ordering import after, ordered, orders_of


class Found(NamedTuple):
    """A page: the keys of the records found, in order, and the token of the next page where there is one."""

    pks: list[int]
    next_page_token: str | None


def find(
    kind: Searched,
    rows: QuerySet[Any],
    *,
    filter_text: str = "",
    orders: Sequence[str | Order] = (),
    metrics: Q | None = None,
    ordered_metrics: Sequence[Q | None] = (),
    page_token: str = "",
    at_most: int,
) -> Found:
    """Which of the rows a filter lets through, in order; raises BadSearch.

    `metrics` narrows down the metrics that a filter looks at, and `ordered_metrics` those of each order.
    """
    clauses = clauses_of(filter_text)
    fields = orders_of(kind, [order_of(one) if isinstance(one, str) else one for one in orders])
    rows = rows.alias(**_expressions([field_of(kind, clause.about) for clause in clauses] + [f for f, _ in fields]))
    rows = rows.filter(*(condition(kind, clause, metrics=metrics) for clause in clauses))
    rows, terms = ordered(rows, fields, metrics=ordered_metrics)
    asked = [kind.noun, *(f"{order.about} {order.descending}" for _, order in fields), *map(str, ordered_metrics)]
    if page_token:
        rows = rows.filter(after(terms, pages.read(page_token, asked, terms)))
    found = list(rows.values("pk", *(column for term in terms for column in term.columns))[: at_most + 1])
    more = len(found) > at_most
    return Found(
        [row["pk"] for row in found[:at_most]], pages.write(asked, terms, found[at_most - 1]) if more else None
    )


def _expressions(fields: Sequence[Attribute | Keyed]) -> dict[str, Combinable]:
    """The attributes asked about that are no columns; others would cost joins that nobody needs."""
    return {one.path: one.column for one in fields if isinstance(one, Attribute) and not isinstance(one.column, str)}
