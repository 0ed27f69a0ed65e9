"""Turn the clauses of a filter into conditions of a query."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from registry.mlflow_api.search.grammar import TEXTS, Clause, Identifier
from registry.mlflow_api.search.kinds import NULLS, Attribute, Keyed, Kind, Searched
from registry.mlflow_api.search.matching import LONGEST, Like
from registry.mlflow_api.search.tokens import BadSearch, Part
from registry.mlflow_api.search.tokens import Kind as PartKind
from registry.mlflow_api.wire import LARGEST_INT64

LOOKUPS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Milliseconds of the years 2 to 9998: what every database keeps in every time zone.
EARLIEST, LATEST = -62_103_628_800_000, 253_339_228_800_000

# An additional condition on the rows of metrics, such as the dataset they were measured on.
Narrowing = Q | None


def condition(kind: Searched, clause: Clause, *, metrics: Narrowing = None) -> Q:
    """What has to hold for a record by one clause; raises BadSearch."""
    found = field_of(kind, clause.about)
    if clause.comparator not in found.filters:
        raise BadSearch(
            f"{clause.about} (at character {clause.about.at} of the filter) cannot be compared by {clause.comparator}"
            + (f"; it is by {', '.join(found.filters)}." if found.filters else ".")
        )
    if isinstance(found, Keyed):
        return _beside(found, clause, metrics)
    asked = _compared(found.path, found.kind, clause, spelled=lambda text: found.spellings.get(text, text))
    return asked & Q((f"{found.path}__isnull", False)) if found.optional else asked


def field_of(kind: Searched, about: Identifier) -> Attribute | Keyed:
    """The field that an identifier names; raises BadSearch."""
    if not about.entity or about.entity in kind.prefixes:
        for attribute in kind.attributes:
            if about.key in attribute.names:
                return attribute
        names = ", ".join(attribute.names[0] for attribute in kind.attributes)
        raise BadSearch(f"{about} (at character {about.at}) is no attribute of {kind.noun}. These are: {names}.")
    for keyed in kind.keyed:
        if about.entity in keyed.prefixes:
            if keyed.about and about.key not in keyed.about:
                raise BadSearch(f"{about} (at character {about.at}) is not kept; {', '.join(keyed.about)} are.")
            return keyed
    offered = ", ".join([*kind.prefixes[:1], *(keyed.prefixes[0] for keyed in kind.keyed)])
    raise BadSearch(
        f"{about.entity} (at character {about.at}) is nothing that {kind.noun} have. A name begins with one of {offered}."
    )


def _beside(keyed: Keyed, clause: Clause, metrics: Narrowing) -> Q:
    rows = keyed.rows._default_manager.filter(**{keyed.owner: OuterRef("pk")}).order_by()
    column = keyed.about.get(clause.about.key, "value")
    rows = rows.filter(~Q((column, ""))) if keyed.about else rows.filter(key=clause.about.key)
    if clause.comparator in NULLS:
        there = Q(Exists(rows))
        return ~there if clause.comparator == "IS NULL" else there
    if keyed.kind is Kind.METRIC and metrics is not None:
        rows = rows.filter(metrics)
    return Q(Exists(rows.filter(_compared(column, keyed.kind, clause, bare_numbers=keyed.bare_numbers))))


def _compared(
    path: str,
    kind: Kind,
    clause: Clause,
    *,
    bare_numbers: bool = False,
    spelled: Callable[[str], str] = lambda text: text,
) -> Q:
    if kind is Kind.TEXT:
        return _text(path, clause.comparator, [spelled(_text_of(clause, part, bare_numbers)) for part in clause.values])
    if kind is Kind.EXPERIMENT:
        return _either(path, clause.comparator, [_experiment_of(clause, part) for part in clause.values])
    if kind is Kind.WHOLE:
        return _numeric(path, clause.comparator, _whole_of(clause))
    number = _number_of(clause)
    if kind is Kind.MOMENT:
        return _moment(path, clause.comparator, number)
    # Nothing but “differs from” is true of what is not a number.
    if clause.comparator == "!=":
        return Q(is_nan=True) | ~Q((path, number))
    return Q(is_nan=False) & _numeric(path, clause.comparator, number)


def _text(path: str, comparator: str, values: Sequence[str]) -> Q:
    if comparator in ("LIKE", "ILIKE"):
        if len(values[0]) > LONGEST:
            raise BadSearch(f"A pattern has {len(values[0]):,} characters; at most {LONGEST:,} are read.")
        return Q(Like(F(path), values[0], folded=comparator == "ILIKE"))
    return _either(path, comparator, values)


def _either(path: str, comparator: str, values: Sequence[str] | Sequence[int]) -> Q:
    among = Q((f"{path}__in", values)) if len(values) != 1 else Q((path, values[0]))
    return ~among if comparator in ("!=", "NOT IN") else among


def _numeric(path: str, comparator: str, number: float) -> Q:
    if comparator == "!=":
        return ~Q((path, number))
    return Q((f"{path}__{LOOKUPS.get(comparator, 'exact')}", number))


def _moment(path: str, comparator: str, number: float) -> Q:
    """A moment is kept finer than the milliseconds it is compared in: it counts as the last one that is over."""
    at_or_after, after = _moment_at(_up(number)), _moment_at(_down(number) + 1)
    match comparator:
        case ">=":
            return Q((f"{path}__gte", at_or_after))
        case ">":
            return Q((f"{path}__gte", after))
        case "<":
            return Q((f"{path}__lt", at_or_after))
        case "<=":
            return Q((f"{path}__lt", after))
    same = Q((f"{path}__gte", at_or_after)) & Q((f"{path}__lt", after))
    return ~same if comparator == "!=" else same


def _up(number: float) -> int:
    return math.ceil(max(EARLIEST, min(LATEST, number)))


def _down(number: float) -> int:
    return math.floor(max(EARLIEST, min(LATEST, number)))


def _moment_at(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


def _text_of(clause: Clause, part: Part, bare_numbers: bool) -> str:
    if part.kind in TEXTS or (bare_numbers and part.kind is PartKind.NUMBER):
        return part.said
    raise BadSearch(
        f"{clause.about} is compared with a text in quotes, such as 'this', not with {part.said} "
        f"(at character {part.at} of the filter)."
    )


def _experiment_of(clause: Clause, part: Part) -> int:
    text = _text_of(clause, part, bare_numbers=False)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadSearch(
            f"{text[:60]!r} (at character {part.at} of the filter) is no experiment's id, which are numbers."
        )
    return int(text)


def _number_of(clause: Clause) -> float:
    part = clause.value
    if part.kind is not PartKind.NUMBER:
        raise BadSearch(
            f"{clause.about} is compared with a number, not with {part.said[:60]!r} (at character {part.at} of the filter)."
        )
    return float(part.said)


def _whole_of(clause: Clause) -> int:
    text = clause.value.said
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise BadSearch(
            f"{clause.about} is compared with a whole number, not with {text[:60]!r} "
            f"(at character {clause.value.at} of the filter)."
        )
    return max(-LARGEST_INT64, min(LARGEST_INT64, int(text[:30])))
