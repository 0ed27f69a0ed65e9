"""What the child answers: predictions in plain numbers, or a refusal with the facts a sentence needs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluation.sandbox.child.wire import Header

_MOST_NAMES = 200
_LONGEST_TEXT = 500
_MOST_CLASSES = 10_000

Label = bool | int | float | str


class Refusal(Exception):
    """The request cannot be met; the code names the reason and the facts fill in the parent's sentence."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def header(self) -> Header:
        """Return the refusal as a message."""
        return {
            "status": "refused",
            "code": self.code,
            "facts": {key: _short(value) for key, value in self.facts.items()},
        }


@dataclass(frozen=True)
class Answer:
    """A message's header and the bytes after it."""

    header: Header
    body: bytes = b""


@dataclass(frozen=True)
class Outcome:
    """One prediction per row, and scores per class where the model gives them; arrays are NumPy's."""

    values: Any
    classes: Sequence[Any] | None = None
    scores: Any = None
    score_kind: str | None = None
    ignored: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def plain_label(value: object) -> Label | None:
    """Return a class label as JSON knows it, or None for a missing one."""
    item = getattr(value, "item", None)
    plain = item() if callable(item) else value
    if plain is None or (isinstance(plain, float) and not math.isfinite(plain)):
        return None
    return plain if isinstance(plain, bool | int | float | str) else str(plain)


def codes(values: Sequence[object], classes: Sequence[object]) -> tuple[list[Label], list[int]]:
    """Return the labels, the model's own order first, and each value's place among them; -1 is a missing value."""
    labels = [label for label in map(plain_label, classes) if label is not None]
    # True and 1 are equal in Python but are different labels.
    places: dict[object, int] = {(type(label), label): place for place, label in enumerate(labels)}
    found = []
    for value in values:
        label = plain_label(value)
        if label is None:
            found.append(-1)
            continue
        place = places.setdefault((type(label), label), len(labels))
        if place == len(labels):
            labels.append(label)
        found.append(place)
    if len(labels) > _MOST_CLASSES:
        raise Refusal("too_many_classes", count=len(labels))
    return labels, found


def _short(value: object) -> object:
    """Return a fact that fits into a message: at most some names, each at most some characters."""
    if isinstance(value, list | tuple):
        return [str(name)[:_LONGEST_TEXT] for name in value[:_MOST_NAMES]]
    return value if isinstance(value, int) else str(value)[:_LONGEST_TEXT]
