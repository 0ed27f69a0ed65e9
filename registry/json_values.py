"""Which JSON values can be stored, hashed and shown alike on every database."""

import json
import math
from typing import Any

LARGEST_INTEGER = 2**53 - 1
DEPTH = 20
LENGTH = 64 * 1024


class NotStorable(ValueError):
    """The value cannot be stored; the message says what to change, for people."""


def parse(text: str, *, what: str) -> Any:  # Any: JSON of unknown shape
    """The value that a text says, or None for an empty text; raises NotStorable."""
    if not text.strip():
        return None
    if len(text) > LENGTH:
        raise NotStorable(f"Shorten {what} to {LENGTH:,} characters; it has {len(text):,}.")
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise NotStorable(f"{_start(what)} must be JSON: {error.msg.lower()} in line {error.lineno}.") from None
    except RecursionError:
        raise NotStorable(f"{_start(what)} must not be nested deeper than {DEPTH} levels.") from None
    ensure_storable(value, what=what)
    return value


def parse_object(text: str, *, what: str) -> dict[str, Any]:
    """The object that a text says, empty for an empty text; raises NotStorable for anything else."""
    value = parse(text, what=what)
    return ensure_object({} if value is None else value, what=what)


def ensure_object(value: Any, *, what: str) -> dict[str, Any]:
    """The value, once it is known to be an object of storable values; raises NotStorable."""
    if not isinstance(value, dict):
        raise NotStorable(f'{_start(what)} must be a JSON object, such as {{"max_depth": 4, "criterion": "gini"}}.')
    ensure_storable(value, what=what)
    return value


def ensure_storable(value: Any, *, what: str, longest: int = LENGTH) -> None:
    """Refuse, with NotStorable, what some database or the hashes over it could not keep as it is."""
    _ensure(value, what=what, depth=0)
    if len(json.dumps(value, ensure_ascii=False)) > longest:
        raise NotStorable(f"Shorten {what}: as JSON it may have {longest:,} characters.")


def ensure_text(value: str, *, what: str) -> str:
    """The text, once it is known to hold no character that cannot be stored."""
    if "\0" in value:
        raise NotStorable(f"Remove the NUL character from {what}; it cannot be stored.")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise NotStorable(f"Remove the broken character from {what}; it is half of a pair and cannot be stored.")
    return value


def _ensure(value: Any, *, what: str, depth: int) -> None:
    if depth > DEPTH:
        raise NotStorable(f"{_start(what)} must not be nested deeper than {DEPTH} levels.")
    if isinstance(value, dict):
        for key, item in value.items():
            ensure_text(str(key), what=what)
            _ensure(item, what=what, depth=depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _ensure(item, what=what, depth=depth + 1)
    elif isinstance(value, str):
        ensure_text(value, what=what)
    elif isinstance(value, float) and not math.isfinite(value):
        raise NotStorable(f"{_start(what)} must hold finite numbers only. Write NaN or infinity as text or as null.")
    elif isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise NotStorable(f"{_start(what)} must hold whole numbers up to {LARGEST_INTEGER}. Write larger ones as text.")


def _refuse_constant(name: str) -> None:
    raise NotStorable(f"{name} is not a JSON number. Write it as text or as null.")


def _start(what: str) -> str:
    return what[:1].upper() + what[1:]
