"""One search from what was asked to the records found: their keys in order, and the token of the next page."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from registry.mlflow_api.search import pages
from registry.mlflow_api.search.conditions import condition, field_of
from registry.mlflow_api.search.grammar import Clause, Order
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
    clauses: Sequence[Clause] = (),
    orders: Sequence[Order] = (),
    metrics: Q | None = None,
    page_token: str = "",
    at_most: int,
) -> Found:
    """Which of the rows all clauses hold for, in order; `metrics` says which metrics the clauses look at.

    Raises BadSearch.
    """
    fields = orders_of(kind, orders)
    rows = matching(kind, rows, clauses, metrics=metrics)
    rows, terms = ordered(rows.alias(**_expressions([field for field, _ in fields])), fields)
    asked = [kind.noun, *(f"{order.about} {order.descending} {order.dataset}" for _, order in fields)]
    if page_token:
        rows = rows.filter(after(terms, pages.read(page_token, asked, terms)))
    found = list(rows.values("pk", *(column for term in terms for column in term.columns))[: at_most + 1])
    pks = [row["pk"] for row in found[:at_most]]
    return Found(pks, pages.write(asked, terms, found[at_most - 1]) if len(found) > at_most else None)


def matching(
    kind: Searched, rows: QuerySet[Any], clauses: Sequence[Clause], *, metrics: Q | None = None
) -> QuerySet[Any]:
    """The rows for which all clauses hold, for whoever orders and pages them in another way; raises BadSearch."""
    asked_about = [field_of(kind, clause.about) for clause in clauses]
    return rows.alias(**_expressions(asked_about)).filter(
        *(condition(kind, clause, metrics=metrics) for clause in clauses)
    )


def _expressions(fields: Sequence[Attribute | Keyed]) -> dict[str, Combinable]:
    """The attributes asked about that are no columns; others would cost joins that nobody needs."""
    return {one.path: one.column for one in fields if isinstance(one, Attribute) and not isinstance(one.column, str)}
