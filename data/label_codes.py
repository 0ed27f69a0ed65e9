"""What the labels of a table mean: which are alike, in which order they stand, and what people should know of them."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from data.agreement.ratings import INTERVAL, MISSING, NOMINAL, Ratings
from data.tables import NULLS, BadTable

WIDE, LONG = "wide", "long"
MOST_CELLS = 5_000_000
MOST_LABELS = 200
MOST_NUMBERS = 100_000
LONGEST_LABEL = 200
_ZEROS = re.compile(r"^([+-]?\d+)\.0+$")


class BadLabels(BadTable):
    """The table does not hold labels that can be compared; `field` names the choice that has to change."""

    def __init__(self, message: str, field: str = "file") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Layout:
    """How a table of labels is to be read.

    A wide table has one column for each labeler (`labelers`); a long one names the labeler and the label of each line
    in `labeler_column` and `label_column`. `order` holds the labels from lowest to highest for an ordinal scale.
    """

    layout: str = WIDE
    key_column: str = ""
    labelers: tuple[str, ...] = ()
    labeler_column: str = ""
    label_column: str = ""
    scale: str = NOMINAL
    order: tuple[str, ...] = ()
    is_folded: bool = False

    @classmethod
    def stored(cls, options: dict[str, Any]) -> Self:
        """The layout that `as_stored` wrote down."""
        lists = ("labelers", "order")
        values: dict[str, Any] = {key: options[key] for key in asdict(cls())}
        return cls(**values | {key: tuple(values[key]) for key in lists})

    def as_stored(self) -> dict[str, Any]:
        """The layout as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class LabelTable:
    """The labels of a file: a row for each key, and what people should know about how they were read."""

    keys: tuple[str, ...]
    labelers: tuple[str, ...]
    ratings: Ratings
    notes: tuple[str, ...]

    def labels_of(self, row: int) -> dict[str, str]:
        """Labeler to label of one row, without those who gave none."""
        pairs = zip(self.labelers, self.ratings.codes[row], strict=True)
        return {name: self.ratings.labels[code] for name, code in pairs if code != MISSING}


def coded(cells: pd.DataFrame, layout: Layout) -> LabelTable:
    """Labels as numbers: what is alike gets the same code."""
    if cells.size > MOST_CELLS:
        raise BadLabels(f"Rows times labelers exceed {MOST_CELLS:,}. Upload a part of the rows, or fewer labelers.")
    flat = cells.to_numpy(dtype=object).ravel()
    codes, uniques = pd.factorize(flat)
    written = {text for text in uniques if text.strip()}
    if not written:
        raise BadLabels("The chosen columns hold no label: every cell is empty. Choose other columns.", "labelers")
    _check_labels(written, layout)
    meant = _folded(written) if layout.is_folded else plain_numbers(written)
    labels = _ordered(set(meant.values()), layout)
    place = {label: at for at, label in enumerate(labels)}
    lookup = np.array([place[meant[text]] if text in meant else MISSING for text in uniques], dtype=np.int32)
    matrix = lookup[codes].reshape(cells.shape)
    values = tuple(float(number(label) or 0) for label in labels) if layout.scale == INTERVAL else ()
    ratings = Ratings(matrix, labels, layout.scale, values)
    labelers = tuple(str(name) for name in cells.columns)
    _check_labelers(ratings, labelers)
    return LabelTable(
        tuple(str(key) for key in cells.index), labelers, ratings, tuple(_notes(ratings, labelers, written, layout))
    )


def _check_labels(written: set[str], layout: Layout) -> None:
    field = "labelers" if layout.layout == WIDE else "label_column"
    if (longest := max(map(len, written))) > LONGEST_LABEL:
        raise BadLabels(
            f"A label is {longest:,} characters long; labels have at most {LONGEST_LABEL}. Check the columns.", field
        )
    most = MOST_NUMBERS if layout.scale == INTERVAL else MOST_LABELS
    if len(written) > most:
        advice = "" if layout.scale == INTERVAL else " If they are measured numbers, choose the interval scale."
        raise BadLabels(
            f"The chosen columns hold {len(written):,} different values, and at most {most:,} are compared as labels. "
            f"Check that they are the columns of labels.{advice}",
            field,
        )


def _check_labelers(ratings: Ratings, labelers: Sequence[str]) -> None:
    given = (ratings.codes != MISSING).any(axis=0)
    if given.sum() < 2:
        raise BadLabels(
            "Only one of the chosen labelers gave any label. Agreement needs the labels of at least two.", "labelers"
        )
    if not (ratings.per_row >= 2).any():
        raise BadLabels(
            "No row has the labels of two labelers, so that there is nothing to compare. "
            "Have two people label some of the same rows.",
            "labelers",
        )


def _ordered(labels: set[str], layout: Layout) -> tuple[str, ...]:
    if layout.scale == NOMINAL:
        return tuple(sorted(labels, key=natural))
    if layout.scale == INTERVAL:
        if odd := sorted(label for label in labels if number(label) is None):
            raise BadLabels(
                f"“{odd[0]}” is not a number. Choose the nominal or ordinal scale, or leave such cells empty.", "scale"
            )
        return tuple(sorted(labels, key=lambda label: float(number(label) or 0)))
    return _ranked(labels, layout.order)


def _ranked(labels: set[str], order: Sequence[str]) -> tuple[str, ...]:
    if not order:
        if all(number(label) is not None for label in labels):
            return tuple(sorted(labels, key=lambda label: float(number(label) or 0)))
        listed = ", ".join(sorted(labels, key=natural)[:12])
        raise BadLabels(f"An ordinal scale needs its order. List the labels from lowest to highest: {listed}.", "order")
    wanted = tuple(dict.fromkeys(order))
    if missing := sorted(labels - set(wanted), key=natural):
        listed = ", ".join(f"“{label}”" for label in missing[:8])
        raise BadLabels(f"The order leaves out {listed}. List every label that occurs in the table.", "order")
    return wanted


# ---------- what labels mean ----------


def plain_numbers(written: Iterable[str]) -> dict[str, str]:
    """Each label without outer decoration that a program added: 1.0 beside 1 is one label, if all are numbers."""
    found = list(written)
    if all(number(text) is not None for text in found):
        return {text: _ZEROS.sub(r"\1", text.strip()) for text in found}
    return {text: text for text in found}


def _folded(written: set[str]) -> dict[str, str]:
    """Labels that differ only in case or spaces as one, written as the most common way would have it: the first."""
    numbers = plain_numbers(written)
    spoken: dict[str, str] = {}
    for text in sorted(written):
        spoken.setdefault(_fold(numbers[text]), numbers[text].strip())
    return {text: spoken[_fold(numbers[text])] for text in written}


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _notes(ratings: Ratings, labelers: Sequence[str], written: set[str], layout: Layout) -> list[str]:
    return [*_spelling(written, layout), *_empty_words(ratings), *_gaps(ratings, labelers)]


def _spelling(written: set[str], layout: Layout) -> list[str]:
    groups: dict[str, list[str]] = {}
    for text in sorted(written):
        groups.setdefault(_fold(text), []).append(text)
    alike = [group for group in groups.values() if len(group) > 1]
    if not alike:
        return []
    listed = "; ".join(" and ".join(f"“{text}”" for text in group) for group in alike[:5])
    if layout.is_folded:
        return [f"Labels that differ only in case or spaces count as one: {listed}."]
    found = (
        f"These labels differ only in case or spaces and count as different: {listed}. If they mean the same, measure "
        "again and choose to treat them as one."
    )
    return [found]


def _empty_words(ratings: Ratings) -> list[str]:
    words = [label for label in ratings.labels if label in NULLS]
    if not words:
        return []
    listed = ", ".join(f"“{word}”" for word in words)
    return [f"{listed} counts as a label like any other. Where no label was given, the cell has to be empty."]


def _gaps(ratings: Ratings, labelers: Sequence[str]) -> list[str]:
    notes = []
    by_count = Counter(ratings.per_row.tolist())
    missing = ratings.codes.size - int(ratings.per_row.sum())
    if missing:
        notes.append(f"{missing:,} of {ratings.codes.size:,} cells are empty: not every labeler labelled every row.")
    if alone := by_count[0] + by_count[1]:
        notes.append(f"{alone:,} rows have fewer than two labels and say nothing about agreement.")
    for at, name in enumerate(labelers):
        given = ratings.codes[:, at][ratings.codes[:, at] != MISSING]
        if not len(given):
            notes.append(f"{name} gave no label at all.")
        elif len(given) > 1 and len(np.unique(given)) == 1 and len(ratings.labels) > 1:
            notes.append(f"{name} gave the label “{ratings.labels[int(given[0])]}” to every row.")
    return notes[:20]


def number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def natural(text: str) -> tuple[int, float, str]:
    value = number(text)
    return (1, 0.0, text) if value is None else (0, value, text)
