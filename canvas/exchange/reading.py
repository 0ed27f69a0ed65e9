"""Reads the bytes of a file as JSON, strictly, with the place of what is wrong."""

import json
import math
import unicodedata
from typing import Any

from canvas.exchange.problems import InvalidPlan, refused

LARGEST = 16 * 2**20
DEEPEST = 40


def read_json(content: bytes) -> Any:  # Any: JSON of unknown shape, checked by whoever asked for it
    """The value in a JSON file; raises InvalidPlan with one sentence."""
    text = read_text(content)
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_constant, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise refused(
            "$", f"This is not JSON: line {error.lineno}, column {error.colno}: {_lowered(error.msg)}."
        ) from None
    except RecursionError:
        raise refused("$", f"This is nested more than {DEEPEST} levels deep.") from None
    ensure_storable(value)
    return value


def read_text(content: bytes) -> str:
    """A file as text; raises InvalidPlan when it is too large or not UTF-8."""
    if len(content) > LARGEST:
        raise refused("$", f"The file is larger than {LARGEST // 2**20} MB. A plan is text; send the plan alone.")
    if not content.strip():
        raise refused("$", "The file is empty.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(
            "$", f"The file is not UTF-8 text: byte {error.start + 1:,} does not fit. Save it as UTF-8."
        ) from None


def ensure_storable(value: object, path: str = "$", depth: int = 0) -> None:
    """Refuse what a database cannot keep: numbers without end, characters without form, nesting without limit."""
    if depth > DEEPEST:
        raise refused(path, f"This is nested more than {DEEPEST} levels deep.")
    match value:
        case dict():
            for key, item in value.items():
                _ensure_text(key, path)
                ensure_storable(item, f"{path}.{key[:80]}", depth + 1)
        case list():
            for number, item in enumerate(value):
                ensure_storable(item, f"{path}[{number}]", depth + 1)
        case str():
            _ensure_text(value, path)
        case float() if not math.isfinite(value):
            raise refused(path, "This number is too large to be kept.")


def _ensure_text(text: str, path: str) -> None:
    for character in text:
        if (character < " " and character not in "\n\r\t") or unicodedata.category(character) == "Cs":
            raise refused(path, f"Remove the invisible character U+{ord(character):04X}; it cannot be stored.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # adds
        raise refused("$", f"The key “{twice[:80]}” stands twice in one object; one of the two would be lost.")
    return found


def _constant(name: str) -> Any:
    raise refused("$", f"{name} is not a number that JSON knows.")


def _whole(digits: str) -> int:
    if len(digits) > 19:
        raise refused("$", f"The number {digits[:20]}… has too many digits.")
    return int(digits)


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


__all__ = ["DEEPEST", "LARGEST", "InvalidPlan", "ensure_storable", "read_json", "read_text"]
