"""The label while rows pass by: its class or its number for each row of a chunk."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.profiling.hashes import Hashes
from data.profiling.readings import Reading

MOST_CLASSES = 50


@dataclass(frozen=True)
class LabelChunk:
    """The label of a chunk's rows: class numbers (−1: none) or numbers (NaN: none), and the hash of each value."""

    hashes: Hashes
    missing: NDArray[np.bool_]
    classes: NDArray[np.intp] | None = None
    numbers: NDArray[np.float64] | None = None


class Label:
    """What the label column holds: classes, counted, or numbers."""

    def __init__(self, name: str, *, is_number: bool) -> None:
        self.name = name
        self.is_number = is_number
        self.places: dict[int, int] = {}  # by the hash of a class
        self.names: list[str] = []
        self.counts: Counter[int] = Counter()
        self.has_too_many = False

    def take(self, reading: Reading) -> LabelChunk:
        """The label of these rows."""
        if self.is_number:
            numbers = reading.numbers if reading.numbers is not None else np.full(reading.rows, np.nan)
            return LabelChunk(reading.hashes, reading.missing, numbers=numbers)
        if self.has_too_many:
            return LabelChunk(reading.hashes, reading.missing)
        if reading.value_hashes is not None and reading.codes is not None:
            known, codes = reading.value_hashes, reading.codes[~reading.missing]
        else:
            known, codes = np.unique(reading.hashes[~reading.missing], return_inverse=True)
        if len(set(known.tolist()) | self.places.keys()) > MOST_CLASSES:
            self.has_too_many = True
            return LabelChunk(reading.hashes, reading.missing)
        for value in known.tolist():
            if value not in self.places:
                self.places[value] = len(self.names)
                self.names.append(_name(reading, value))
        place = np.array([self.places[value] for value in known.tolist()], dtype=np.intp)
        classes = np.full(reading.rows, -1, dtype=np.intp)
        classes[~reading.missing] = place[codes]
        self.counts.update(dict(enumerate(np.bincount(classes[classes >= 0], minlength=len(self.names)).tolist())))
        return LabelChunk(reading.hashes, reading.missing, classes=classes)

    @property
    def greater(self) -> int:
        """Of two classes, the one that counts as 1: the greater number, or the later word."""
        return int(max(range(len(self.names)), key=lambda place: _ordered(self.names[place])))

    @property
    def has_classes(self) -> bool:
        """Whether rows belong to a few classes that were counted."""
        return not self.is_number and not self.has_too_many


def _ordered(name: str) -> tuple[bool, float, str]:
    try:
        return False, float(name), name
    except ValueError:
        return True, 0.0, name


def _name(reading: Reading, value: int) -> str:
    if reading.values is not None and reading.value_hashes is not None:
        at = int(np.argmax(reading.value_hashes == np.uint64(value)))
        return str(reading.values[at].as_py())[:200]
    at = int(np.argmax(reading.hashes == np.uint64(value)))
    numbers = reading.numbers if reading.numbers is not None else reading.moments
    return f"{numbers[at]:.12g}" if numbers is not None else str(at)
