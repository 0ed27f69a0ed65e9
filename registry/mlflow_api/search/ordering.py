"""Turn orders into a query's order, and a row's place in it into the condition for what comes after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy

from registry.mlflow_api.search.conditions import field_of
from registry.mlflow_api.search.grammar import Order, order_of
from registry.mlflow_api.search.kinds import Attribute, Keyed, Kind, Searched
from registry.mlflow_api.search.matching import Bytewise
from registry.mlflow_api.search.tokens import BadSearch
from registry.models import LoggedModelMetric

MOST_ORDERS = 16
NOT_A_NUMBER = "NaN"

Place = str | float | int | datetime | None


@dataclass(frozen=True)
class Term:
    """One thing that rows are ordered by; what is not a number comes after numbers, and what is missing comes last."""

    name: str
    kind: Kind
    descending: bool
    optional: bool

    @property
    def mark(self) -> str:
        """The column that says whether a metric is not a number; empty for everything else."""
        return f"{self.name}_nan" if self.kind is Kind.METRIC else ""

    @property
    def columns(self) -> list[str]:
        """What a row has to be read with, so that its place is known."""
        return [self.name, self.mark] if self.mark else [self.name]

    @property
    def orders(self) -> list[OrderBy]:
        """How the database orders by it."""
        last = True if self.optional else None
        value = F(self.name).desc(nulls_last=last) if self.descending else F(self.name).asc(nulls_last=last)
        return [F(self.mark).asc(nulls_last=True), value] if self.mark else [value]

    def place(self, row: dict[str, Any]) -> Place:
        """Where a row stands."""
        return NOT_A_NUMBER if self.mark and row[self.mark] else row[self.name]

    def level(self, place: Place) -> Q:
        """What has the same place."""
        if place is None:
            return Q((f"{self.name}__isnull", True))
        if self.mark:
            return Q((self.mark, True)) if place == NOT_A_NUMBER else Q((self.mark, False), (self.name, place))
        return Q((self.name, place))

    def beyond(self, place: Place) -> Q | None:
        """What comes after a place; nothing comes after what is missing."""
        if place is None:
            return None
        missing = Q((f"{self.name}__isnull", True))
        if self.mark and place == NOT_A_NUMBER:
            return missing
        further = Q((f"{self.name}__{'lt' if self.descending else 'gt'}", place))
        if self.mark:
            return Q((self.mark, False)) & further | Q((self.mark, True)) | missing
        return further | missing if self.optional else further


def orders_of(kind: Searched, asked: Sequence[Order]) -> list[tuple[Attribute | Keyed, Order]]:
    """The fields to order by, with what breaks ties at the end; raises BadSearch."""
    if len(asked) > MOST_ORDERS:
        raise BadSearch(f"order_by names {len(asked)} things; at most {MOST_ORDERS} are read.")
    found: list[tuple[Attribute | Keyed, Order]] = []
    for order in asked or map(order_of, kind.default):
        field = _orderable(kind, order)
        if any(_same(field, order, *other) for other in found):
            raise BadSearch(f"order_by names {order.about} twice. Leave one of them out.")
        found.append((field, order))
    for tie in map(order_of, kind.ties):
        field = field_of(kind, tie.about)
        if not any(field is other for other, _ in found):
            found.append((field, tie))
    return found


def ordered(rows: QuerySet[Any], orders: Sequence[tuple[Attribute | Keyed, Order]]) -> tuple[QuerySet[Any], list[Term]]:
    """Rows in order, with the columns of each term."""
    terms = []
    for number, (field, order) in enumerate(orders):
        optional = isinstance(field, Keyed) or field.optional
        term = Term(f"by_{number}", field.kind, order.descending, optional)
        rows = _with(rows, term, field, order)
        terms.append(term)
    return rows.order_by(*(one for term in terms for one in term.orders)), terms


def after(terms: Sequence[Term], places: Sequence[Place]) -> Q:
    """What comes after a row that stands at these places."""
    term, place = terms[0], places[0]
    beyond = term.beyond(place)
    if len(terms) == 1:
        return beyond or Q(pk__in=[])
    rest = term.level(place) & after(terms[1:], places[1:])
    return beyond | rest if beyond is not None else rest


def on_dataset(name: str, digest: str) -> Q:
    """Which metrics were measured on a dataset; on any where its name or digest is empty."""
    named = Q(dataset_name=name) if name else Q()
    return named & Q(dataset_digest=digest) if digest else named


def _orderable(kind: Searched, order: Order) -> Attribute | Keyed:
    field = field_of(kind, order.about)
    if not (field.orders if isinstance(field, Attribute) else field.orders_by):
        raise BadSearch(f"{kind.noun.capitalize()} cannot be ordered by {order.about}.")
    return field


def _same(field: Attribute | Keyed, order: Order, other: Attribute | Keyed, other_order: Order) -> bool:
    if isinstance(field, Attribute):
        return field is other
    return field is other and (order.about.key, order.dataset) == (other_order.about.key, other_order.dataset)


def _with(rows: QuerySet[Any], term: Term, field: Attribute | Keyed, order: Order) -> QuerySet[Any]:
    if isinstance(field, Attribute):
        value = F(field.path)
        return rows.annotate(**{term.name: Bytewise(value) if field.kind is Kind.TEXT else value})
    if field.rows is LoggedModelMetric:
        return _with_latest(rows, term, field, order)
    beside = f"{term.name}_row"
    joined = FilteredRelation(field.orders_by, condition=Q((f"{field.orders_by}__key", order.about.key)))
    rows = rows.alias(**{beside: joined})
    value = F(f"{beside}__value")
    if term.mark:
        return rows.annotate(**{term.name: value, term.mark: F(f"{beside}__is_nan")})
    return rows.annotate(**{term.name: Bytewise(value)})


def _with_latest(rows: QuerySet[Any], term: Term, field: Keyed, order: Order) -> QuerySet[Any]:
    """A logged model's metric has many points; the one of the latest moment counts."""
    points = LoggedModelMetric.objects.filter(key=order.about.key, logged_model=OuterRef("pk"))
    latest = points.filter(on_dataset(*order.dataset)).order_by("-timestamp_ms", "-step", "run__run_id")
    return rows.annotate(
        **{term.name: Subquery(latest.values("value")[:1]), term.mark: Subquery(latest.values("is_nan")[:1])}
    )
