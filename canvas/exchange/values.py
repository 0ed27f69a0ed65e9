"""Single values of a plan that comes in: each as its column keeps it, or the sentence that says what to correct."""

import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from canvas.cleaning import clean_text
from canvas.exchange.document import IMPORTED
from canvas.models import Project

LONG_TEXT = 20_000
PERSON_KEYS = frozenset({"username", "name", IMPORTED})


class Wrong(Exception):
    """One value cannot be kept; the message is the sentence."""


def value_of(column: Any, sent: dict[str, Any], name: str) -> Any:  # Any: a model field, and a value of its kind
    """One value as its column keeps it."""
    if name not in sent:
        if column.has_default() or column.null or column.blank:
            return None if column.null and not column.has_default() else column.get_default()
        raise Wrong("This is missing.")
    raw = sent[name]
    if raw is None:
        if column.null:
            return None
        raise Wrong("This has to have a value.")
    return next(read for kind, read in _READERS if isinstance(column, kind))(raw, column)


def text(raw: Any, column: Any) -> str:
    """A text of the length and with the choices of its column."""
    if not isinstance(raw, str):
        raise Wrong("Write this as text.")
    lines = isinstance(column, models.TextField) or column.model is Project
    try:
        found = clean_text(raw, max_length=column.max_length or LONG_TEXT, lines=lines)
    except ValueError as reason:
        raise Wrong(str(reason)) from None
    if not found and not column.blank and not (column.choices and "" in dict(column.flatchoices)):
        raise Wrong("This has to have a text.")
    return _chosen(found, column)


def _chosen(value: Any, column: Any) -> Any:
    if column.choices and value != "" and value not in dict(column.flatchoices):
        allowed = ", ".join(str(key) for key, _ in column.flatchoices if key)
        raise Wrong(f"Choose one of: {allowed}.")
    return value


def _number(raw: Any, column: Any) -> float:
    if isinstance(raw, str):
        raise Wrong(f"Write this as a number, without quotation marks: it is the text “{raw[:40]}”.")
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw) or abs(raw) > 1e300:
        raise Wrong("Write a number, such as 12 or 0.5.")
    return float(raw)


def _whole(raw: Any, column: Any) -> int:
    number = _number(raw, column)
    if number != int(number):
        raise Wrong("Write a whole number.")
    most = 32_767 if isinstance(column, models.PositiveSmallIntegerField) else 2_147_483_647
    if isinstance(column, models.PositiveBigIntegerField):
        most = 2**53 - 1
    if not 0 <= number <= most:
        raise Wrong(f"Write a whole number from 0 to {most:,}.")
    return int(number)


def _decimal(raw: Any, column: Any) -> Decimal:
    number = _number(raw, column)
    amount = Decimal(str(raw) if isinstance(raw, int) else repr(number))
    rounded = amount.quantize(Decimal(1).scaleb(-column.decimal_places)) if abs(amount) < Decimal("1e15") else amount
    if rounded != amount:
        raise Wrong(f"Round this to {column.decimal_places} decimals.")
    if abs(amount) >= Decimal(10) ** (column.max_digits - column.decimal_places):
        raise Wrong("This amount is too large.")
    return rounded


def _yes_no(raw: Any, column: Any) -> bool:
    if not isinstance(raw, bool):
        raise Wrong("Write true or false.")
    return raw


def _day(raw: Any, column: Any) -> date:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == 10 else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise Wrong("Write the date as year-month-day, such as 2026-03-31.")


def _json(raw: Any, column: Any) -> Any:
    empty = column.get_default()
    if type(raw) is not type(empty):
        raise Wrong("Send a list." if isinstance(empty, list) else "Send an object.")
    return raw


# In this order: a text field is a kind of its own, a small integer is an integer.
_READERS: tuple[tuple[Any, Callable[[Any, Any], Any]], ...] = (
    (models.BooleanField, _yes_no),
    (models.IntegerField, _whole),
    (models.FloatField, _number),
    (models.DecimalField, _decimal),
    (models.DateField, _day),
    (models.JSONField, _json),
    (models.CharField, text),
    (models.TextField, text),
)


def moment(raw: Any) -> datetime:
    """A moment in ISO 8601."""
    try:
        found = datetime.fromisoformat(raw)
    except (TypeError, ValueError):
        raise Wrong("Write the moment as 2026-03-31T09:30:00Z.") from None
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def person(raw: Any) -> dict[str, str] | None:
    """Somebody, by username and name."""
    if raw is None:
        return None
    if not isinstance(raw, dict) or set(raw) - PERSON_KEYS or not isinstance(raw.get("username"), str):
        raise Wrong("Name a person as an object with username and name.")
    try:
        username = clean_text(raw["username"], max_length=150)
        name = clean_text(raw.get("name", ""), max_length=150)
    except ValueError as reason:
        raise Wrong(str(reason)) from None
    if not username:
        raise Wrong("Name a person as an object with username and name.")
    return {"username": username, "name": name or username}


def reference(raw: Any) -> str | None:
    """The id that another record has in the file."""
    if raw is not None and not isinstance(raw, str):
        raise Wrong("Name the KPI by its id in this file, such as “kpi-1”.")
    return raw or None
