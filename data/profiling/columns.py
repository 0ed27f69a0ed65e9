"""One column while its rows pass by, and what is known of it at the end."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.profiling import associations, hashes
from data.profiling.hashes import Hashes
from data.profiling.labels import Label, LabelChunk
from data.profiling.readings import BOOLEAN, DATE, DATETIME, INTEGER, NUMBER, STRING, WRITTEN, Reading
from data.profiling.sketches import (
    RANK_ERROR,
    Distinct,
    Moments,
    Quantiles,
    Tally,
    histogram,
    weighted_quantiles,
)

MOST_CATEGORIES = 500
# Beyond so many classes their quantiles are not kept apart.
MOST_SKETCHED = 10
SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_BINS = 256
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Hashes of all rows are kept while a column may still turn out to have a value of its own in every row.
MOST_UNIQUE = 25_000_000


class Column:
    """Everything that is remembered of one column."""

    def __init__(self, name: str, *, distinct_bound: int, tally_bound: int, may_be_key: bool = True) -> None:
        self.name = name
        self.rows = 0
        self.missing = 0
        self.kinds: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.distinct = Distinct(distinct_bound)
        self.tally = Tally(tally_bound)
        self.numbers = Moments()
        self.moments = Moments()
        self.sketches: dict[int, Quantiles] = {}
        self.same_as_label = 0
        self.beside_label = 0
        self.lengths = Moments()
        self._keys: list[Hashes] | None = [] if may_be_key else None
        self._categories: dict[str, int] | None = {}
        self._table = np.zeros((0, 0))
        self._groups = np.zeros((3, 0))
        self._pairs = np.zeros(6)
        self._origin: tuple[float, float] | None = None
        self._by_category = np.zeros((3, 0))

    def add(self, reading: Reading, label: LabelChunk | None) -> None:
        """Take in the next rows."""
        known = ~reading.missing
        self.rows += reading.rows
        self.missing += reading.rows - int(known.sum())
        self.kinds.update(reading.kinds)
        for kind, example in reading.examples.items():
            self.examples.setdefault(kind, example)
        self._count(reading, known)
        self._measure(reading, label)
        if label is not None:
            self._compare(reading, label, known)

    def _count(self, reading: Reading, known: NDArray[np.bool_]) -> None:
        of_known = reading.value_hashes if reading.value_hashes is not None else reading.hashes[known]
        self.distinct.add(of_known)
        if reading.values is not None and reading.counts is not None:
            self.tally.add(reading.values, reading.counts)
            if reading.lengths is not None and len(reading.lengths):
                self.lengths.add(np.repeat(reading.lengths, reading.counts).astype(np.float64))
            repeats = bool((reading.counts > 1).any())
        else:
            # Hardly any of these values comes twice: the most frequent ones would be chance.
            self.tally.missed += 1
            repeats = False
        if self._keys is None:
            return
        is_number = reading.kinds.get(NUMBER, 0) > 0
        if (
            repeats
            or is_number
            or self.missing
            or self.rows > MOST_UNIQUE
            or hashes.count_distinct(of_known) < len(of_known)
        ):
            self._keys = None
        else:
            self._keys.append(of_known)

    def _measure(self, reading: Reading, label: LabelChunk | None) -> None:
        classes = label.classes if label is not None else None
        for values, moments in ((reading.numbers, self.numbers), (reading.moments, self.moments)):
            if values is None:
                continue
            is_known = np.isfinite(values)
            plain = values if is_known.all() else values[is_known]
            moments.add(plain)
            if classes is None:
                self._sketch(-1).add(plain)
                continue
            of = classes if is_known.all() else classes[is_known]
            for place in np.flatnonzero(np.bincount(of + 1)) - 1:
                self._sketch(int(place) if place < MOST_SKETCHED else -2).add(plain[of == place])

    def _sketch(self, place: int) -> Quantiles:
        return self.sketches.setdefault(place, Quantiles())

    def _compare(self, reading: Reading, label: LabelChunk, known: NDArray[np.bool_]) -> None:
        both = known & ~label.missing
        self.beside_label += int(both.sum())
        self.same_as_label += int((reading.hashes[both] == label.hashes[both]).sum())
        values = reading.numbers if reading.numbers is not None else reading.moments
        if label.classes is not None:
            if values is not None:
                self._add_groups(values, label.classes)
            if reading.codes is not None and reading.values is not None:
                self._add_table(reading, label.classes)
            else:
                self._categories = None
        elif label.numbers is not None:
            if values is not None:
                self._add_pairs(values, label.numbers)
            if reading.codes is not None and reading.values is not None:
                self._add_by_category(reading, label.numbers)
            else:
                self._categories = None

    def _shifted(self, values: NDArray[np.float64], others: NDArray[np.float64] | None = None) -> Any:
        # Sums of squares lose their digits unless the values lie around zero.
        if self._origin is None:
            self._origin = (float(values[0]), float(others[0]) if others is not None else 0.0)
        return values - self._origin[0], None if others is None else others - self._origin[1]

    def _add_groups(self, values: NDArray[np.float64], classes: NDArray[np.intp]) -> None:
        usable = np.isfinite(values) & (classes >= 0)
        if not usable.any():
            return
        shifted, _ = self._shifted(values[usable])
        of = classes[usable]
        size = max(int(of.max()) + 1, self._groups.shape[1])
        self._groups = np.pad(self._groups, ((0, 0), (0, size - self._groups.shape[1])))
        for row, weights in enumerate((np.ones(len(shifted)), shifted, np.square(shifted))):
            self._groups[row] += np.bincount(of, weights, minlength=size)

    def _add_pairs(self, values: NDArray[np.float64], others: NDArray[np.float64]) -> None:
        usable = np.isfinite(values) & np.isfinite(others)
        if not usable.any():
            return
        x, y = self._shifted(values[usable], others[usable])
        self._pairs += [len(x), x.sum(), y.sum(), np.dot(x, x), np.dot(y, y), np.dot(x, y)]

    def _places(self, reading: Reading) -> NDArray[np.intp] | None:
        """The place of each of the chunk's values among the categories; None once there are too many."""
        assert reading.values is not None  # noqa: S101  the caller saw to it
        if self._categories is None:
            return None
        if len(reading.values) > MOST_CATEGORIES:
            self._categories = None
            return None
        for value in reading.values.to_pylist():
            self._categories.setdefault(value, len(self._categories))
        if len(self._categories) > MOST_CATEGORIES:
            self._categories = None
            return None
        return np.array([self._categories[value] for value in reading.values.to_pylist()], dtype=np.intp)

    def _add_table(self, reading: Reading, classes: NDArray[np.intp]) -> None:
        places = self._places(reading)
        assert reading.codes is not None  # noqa: S101  as above
        usable = (reading.codes >= 0) & (classes >= 0)
        if places is None or self._categories is None or not usable.any():
            return
        rows, columns = len(self._categories), max(int(classes.max()) + 1, self._table.shape[1])
        table = np.zeros((rows, columns))
        table[: self._table.shape[0], : self._table.shape[1]] = self._table
        at = places[reading.codes[usable]] * columns + classes[usable]
        self._table = table + np.bincount(at, minlength=rows * columns).reshape(rows, columns)

    def _add_by_category(self, reading: Reading, numbers: NDArray[np.float64]) -> None:
        places = self._places(reading)
        assert reading.codes is not None  # noqa: S101  as above
        usable = (reading.codes >= 0) & np.isfinite(numbers)
        if places is None or self._categories is None or not usable.any():
            return
        at, values = places[reading.codes[usable]], numbers[usable]
        size = len(self._categories)
        self._by_category = np.pad(self._by_category, ((0, 0), (0, size - self._by_category.shape[1])))
        for row, weights in enumerate((np.ones(len(values)), values, np.square(values))):
            self._by_category[row] += np.bincount(at, weights, minlength=size)

    # ---------- at the end ----------

    @property
    def kind(self) -> str:
        """The narrowest type that all known cells can be read as."""
        found = set(self.kinds)
        if len(found) == 1:
            only = found.pop()
            return STRING if only in WRITTEN else only
        if found == {INTEGER, NUMBER}:
            return NUMBER
        return DATETIME if found == {DATE, DATETIME} else STRING

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own, found out exactly."""
        if not self._keys or self.missing or not self.rows:
            return False
        return hashes.count_distinct(hashes.joined(self._keys)) == self.rows

    def described(self, label: Label | None) -> dict[str, Any]:
        """All that is known of the column, as plain values."""
        kind = self.kind
        is_number, is_moment = kind in (INTEGER, NUMBER), kind in (DATE, DATETIME)
        is_label = label is not None and label.name == self.name
        return {
            "name": self.name,
            "kind": kind,
            "kinds": dict(sorted(self.kinds.items(), key=lambda kind: (-kind[1], kind[0]))),
            "examples": self.examples if len(self.kinds) > 1 else {},
            "rows": self.rows,
            "missing": self.missing,
            "distinct": self.distinct.count,
            "distinct_error": self.distinct.error,
            "is_unique": self.is_unique,
            "numbers": self._numbers() if self.numbers.n and not is_moment else None,
            "moments": self._moments() if is_moment else None,
            "lengths": _lengths(self.lengths) if kind == STRING and self.lengths.n else None,
            "histogram": self._histogram(kind) if is_number or is_moment else None,
            "top": [[value[:200], count] for value, count in self.tally.top()] if self._has_top(kind) else [],
            "top_missed": self.tally.missed,
            "label": self._told(label, kind) if label is not None and not is_label else None,
        }

    def _has_top(self, kind: str) -> bool:
        # Values that hardly ever repeat are no list of frequent ones.
        most = max(self.tally.counts.values(), default=0)
        return kind == BOOLEAN or (most > 1 and most > self.tally.missed)

    def _weighted(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        parts = [sketch.weighted() for sketch in self.sketches.values()]
        values = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0)
        weights = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0)
        order = np.argsort(values, kind="stable")
        return values[order], weights[order]

    @property
    def _is_exact(self) -> bool:
        return all(sketch.is_exact for sketch in self.sketches.values())

    def _numbers(self) -> dict[str, Any]:
        found = weighted_quantiles(*self._weighted(), SHARES)
        return {
            "n": self.numbers.n,
            "mean": self.numbers.mean,
            "sd": self.numbers.deviation,
            "min": self.numbers.least,
            "max": self.numbers.greatest,
            "quantiles": dict(zip(map(str, SHARES), found, strict=True)) if self.sketches else {},
            "rank_error": 0.0 if self._is_exact else RANK_ERROR,
        }

    def _moments(self) -> dict[str, Any]:
        middle = weighted_quantiles(*self._weighted(), (0.5,))
        return {
            "min": written_moment(self.moments.least, self.kind),
            "max": written_moment(self.moments.greatest, self.kind),
            "median": written_moment(middle[0], self.kind) if middle else "",
            "from": self.moments.least,
            "to": self.moments.greatest,
        }

    def _histogram(self, kind: str) -> dict[str, Any] | None:
        values, weights = self._weighted()
        if not len(values):
            return None
        ends = self.numbers if kind in (INTEGER, NUMBER) else self.moments
        # The least and greatest values are known exactly, and belong to the picture.
        values = np.concatenate([[ends.least], values, [ends.greatest]])
        drawn = histogram(values, np.concatenate([[0.0], weights, [0.0]]))
        return drawn | {"is_exact": self._is_exact}

    def _told(self, label: Label, kind: str) -> dict[str, Any] | None:
        """How strongly the column tells the label, by the measure that suits both types."""
        said: dict[str, Any] = {"measure": "", "value": None, "n": 0, "same": self._same()}
        if label.has_classes:
            said |= self._told_classes(label, kind)
        elif label.is_number:
            said |= self._told_numbers(kind)
        return said

    def _same(self) -> float | None:
        return self.same_as_label / self.beside_label if self.beside_label else None

    def _told_numbers(self, kind: str) -> dict[str, Any]:
        n = int(self._pairs[0])
        if kind in (INTEGER, NUMBER, DATE, DATETIME) and n:
            return {"measure": "Pearson’s r", "value": associations.pearson(self._pairs), "n": n}
        if self._categories is None or not self._by_category.size:
            return {"why": "too many values"}
        counts, sums, squares = self._by_category
        return {
            "measure": "Correlation ratio η",
            "value": associations.correlation_ratio(counts, sums, squares),
            "n": int(counts.sum()),
        }

    def _told_classes(self, label: Label, kind: str) -> dict[str, Any]:
        said: dict[str, Any] = {}
        if kind in (INTEGER, NUMBER, DATE, DATETIME) and self._groups.shape[1]:
            counts, sums, squares = self._groups
            if len(label.names) == 2:
                value = _point_biserial(counts, sums, squares, label.greater)
                said = {"measure": "Point-biserial r", "value": value}
            else:
                said = {
                    "measure": "Correlation ratio η",
                    "value": associations.correlation_ratio(counts, sums, squares),
                }
            said["n"] = int(counts.sum())
            if len(label.names) == 2:
                said["auc"] = self._auc(label.greater)
            table = self._table if self._has_table else self._binned(len(label.names))
        elif self._has_table:
            table = self._table
            said = {"measure": "Cramér’s V", "value": associations.cramers_v(table), "n": int(table.sum())}
        else:
            return {"why": "too many values"}
        # A value that comes once tells its row and nothing else: only values that repeat can predict.
        if table is not None and table.sum() >= 5 * (table.sum(1) > 0).sum():
            said["explained"] = associations.uncertainty_explained(table)
            said["purity"] = associations.purity(table)
        return said

    @property
    def _has_table(self) -> bool:
        return self._categories is not None and self._table.size > 0

    def _auc(self, greater: int) -> float | None:
        if not {0, 1} <= self.sketches.keys():
            return None
        (zeros, of_zeros), (ones, of_ones) = (self.sketches[at].weighted() for at in (1 - greater, greater))
        values = np.concatenate([zeros, ones])
        positive = np.concatenate([np.zeros(len(zeros)), of_ones])
        negative = np.concatenate([of_zeros, np.zeros(len(ones))])
        return associations.auc(values, positive, negative)

    def _binned(self, classes: int) -> NDArray[np.float64] | None:
        """Counts of each class in bins of equal frequency; None when classes were not kept apart."""
        if classes > MOST_SKETCHED or not self.sketches:
            return None
        values, weights = self._weighted()
        bins = int(min(_BINS, max(2, weights.sum() // 20)))
        edges = np.unique(weighted_quantiles(values, weights, np.linspace(0, 1, bins + 1)[1:-1].tolist()))
        table = np.zeros((len(edges) + 1, classes))
        for place in range(classes):
            if place in self.sketches:
                own, of_own = self.sketches[place].weighted()
                table[:, place] = np.bincount(np.searchsorted(edges, own, "right"), of_own, minlength=len(edges) + 1)
        return table


def written_moment(microseconds: float, kind: str) -> str:
    """A moment as people write it."""
    try:
        moment = _EPOCH + timedelta(microseconds=float(microseconds))
    except (OverflowError, ValueError):
        return "beyond the calendar"
    return f"{moment:%Y-%m-%d}" if kind == DATE else f"{moment:%Y-%m-%d %H:%M:%S}"


def _point_biserial(counts: Any, sums: Any, squares: Any, greater: int) -> float | None:
    n, ones = float(counts.sum()), float(counts[greater]) if len(counts) > greater else 0.0
    of_ones = float(sums[greater]) if len(sums) > greater else 0.0
    return associations.pearson([n, float(sums.sum()), ones, float(squares.sum()), ones, of_ones])


def _lengths(lengths: Moments) -> dict[str, Any]:
    return {"min": int(lengths.least), "mean": lengths.mean, "max": int(lengths.greatest)}
