"""Small summaries of many values: how many differ, where their quantiles lie, which are the most frequent."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.profiling.hashes import Hashes

Floats = NDArray[np.float64]

DISTINCT_BOUND = 65_536
QUANTILE_BUFFER = 8_192
# The ranks of a quantile sketch are off by at most this share of the rows, however many there are (see Quantiles).
RANK_ERROR = 0.001
_LONGEST_MEAN = 1_000


class Distinct:
    """How many values differ: exactly up to a bound, else by the `bound` least 64-bit hashes.

    The estimate is (bound − 1) / the greatest of these, as a share of all hashes; its relative standard error is
    1/√(bound − 2) (Bar-Yossef and others 2002; Beyer and others 2007).
    """

    def __init__(self, bound: int = DISTINCT_BOUND) -> None:
        self.bound = bound
        self._least: Hashes = np.zeros(0, np.uint64)
        self._ceiling: np.uint64 | None = None

    def add(self, hashes: Hashes) -> None:
        """Count values, by their hashes."""
        if self._ceiling is not None:
            hashes = hashes[hashes < self._ceiling]
        if not len(hashes):
            return
        # Sorting and comparing neighbours is several times faster than numpy's `unique` here.
        ordered = np.sort(np.concatenate([self._least, hashes]))
        self._least = ordered[np.r_[True, ordered[1:] != ordered[:-1]]]
        if len(self._least) > self.bound:
            self._least = self._least[: self.bound].copy()
            self._ceiling = self._least[-1]

    @property
    def is_exact(self) -> bool:
        """Whether no value was left out."""
        return self._ceiling is None

    @property
    def count(self) -> int:
        """How many values differ."""
        if self._ceiling is None:
            return len(self._least)
        return round((self.bound - 1) / (float(self._ceiling) / 2.0**64))

    @property
    def error(self) -> float:
        """The relative standard error of the count."""
        return 0.0 if self.is_exact else float((self.bound - 2) ** -0.5)


class Quantiles:
    """Where quantiles lie: exactly while all values fit one buffer, else from sorted samples of sorted chunks.

    A chunk is sorted, and every w-th of its values kept with weight w; two samples of equal weight are merged and every
    second value of both is kept (Munro and Paterson 1980; Manku, Rajagopalan and Lindsay 1998). Each step moves a rank
    by at most half its weight, so that the ranks among n values are off by less than
    n (2 + log2(n / buffer)) / (2 · buffer): 0.07 % of n for 100 million values.
    """

    def __init__(self, buffer: int = QUANTILE_BUFFER) -> None:
        self.buffer = buffer
        self.n = 0
        self._few: list[Floats] | None = []
        self._levels: dict[int, list[Floats]] = {}

    def add(self, values: Floats) -> None:
        """Take in finite values."""
        if not len(values):
            return
        self.n += len(values)
        if self._few is not None:
            self._few.append(values)
            # A few buffers are no more than what the samples take later on.
            if self.n <= 8 * self.buffer:
                return
            values, self._few = np.concatenate(self._few), None
        self._sample(np.sort(values))

    @property
    def is_exact(self) -> bool:
        """Whether no value was left out."""
        return self._few is not None

    def weighted(self) -> tuple[Floats, Floats]:
        """All that is kept, least first, with the number of values each stands for."""
        if self._few is not None:
            values = np.sort(np.concatenate(self._few)) if self._few else np.zeros(0)
            return values, np.ones(len(values))
        parts = [(part, float(2**level)) for level, kept in self._levels.items() for part in kept]
        values = np.concatenate([part for part, _ in parts])
        weights = np.concatenate([np.full(len(part), weight) for part, weight in parts])
        order = np.argsort(values, kind="stable")
        return values[order], weights[order]

    def _sample(self, ordered: Floats) -> None:
        level = max(0, int(np.ceil(np.log2(len(ordered) / self.buffer))))
        step = 2**level
        whole = len(ordered) // step * step
        self._push(level, ordered[step // 2 : whole : step])
        # What does not fill a step keeps its own weight.
        if whole < len(ordered):
            self._push(0, ordered[whole:])

    def _push(self, level: int, sample: Floats) -> None:
        held = self._levels.setdefault(level, [])
        if held and len(held[-1]) + len(sample) <= self.buffer:
            held[-1] = np.sort(np.concatenate([held[-1], sample]))
            return
        held.append(np.sort(sample))
        if len(held) > 2:
            merged = np.sort(np.concatenate([held.pop(0), held.pop(0)]))
            if len(merged) % 2:
                self._push(level, merged[-1:])
                merged = merged[:-1]
            self._push(level + 1, merged[level % 2 :: 2])


def weighted_quantiles(values: Floats, weights: Floats, shares: Sequence[float]) -> list[float]:
    """Quantiles of weighted values, interpolated between neighbours as numpy's `linear` does for equal weights."""
    if not len(values):
        return []
    if weights.max() == 1.0:
        return [float(value) for value in np.quantile(values, shares)]
    middle = np.cumsum(weights) - weights / 2
    wanted = np.asarray(shares) * weights.sum()
    return [float(value) for value in np.interp(wanted, middle, values)]


def histogram(values: Floats, weights: Floats, *, bins: int = 20) -> dict[str, list[float]]:
    """Counts of weighted values in bins of equal width between the least and the greatest."""
    low, high = float(values[0]), float(values[-1])
    if low == high or not np.isfinite(high - low):
        return {"edges": [low, high], "counts": [round(float(weights.sum()))]}
    counts, edges = np.histogram(values, bins=bins, range=(low, high), weights=weights)
    return {"edges": [float(edge) for edge in edges], "counts": [round(float(count)) for count in counts]}


class Tally:
    """How often each value comes: exactly while few values differ, else at least so often for the most frequent.

    Beyond the bound only the most frequent of each chunk are kept; `missed` is how often a value may have come besides
    (Manku and Motwani 2002).
    """

    def __init__(self, bound: int = 5_000) -> None:
        self.bound = bound
        self.counts: dict[str, int] = {}
        self.missed = 0

    def add(self, values: pa.Array, counts: NDArray[np.int64]) -> None:
        """Count values of one chunk, each named once."""
        if values.nbytes > _LONGEST_MEAN * max(len(values), 1):
            # Whole documents: nobody wants them listed, and they would fill the memory.
            self.missed += int(counts.max(initial=0))
            return
        if len(values) > self.bound:
            kept = np.argpartition(counts, len(counts) - self.bound)[-self.bound :]
            self.missed += int(counts[kept].min())
            values, counts = values.take(pa.array(kept)), counts[kept]
        for value, count in zip(values.to_pylist(), counts.tolist(), strict=True):
            self.counts[value] = self.counts.get(value, 0) + count
        if len(self.counts) > 2 * self.bound:
            ordered = sorted(self.counts.items(), key=lambda item: -item[1])
            self.missed += ordered[self.bound][1]
            self.counts = dict(ordered[: self.bound])

    @property
    def is_exact(self) -> bool:
        """Whether no value was left out."""
        return self.missed == 0

    def top(self, most: int = 10) -> list[tuple[str, int]]:
        """The most frequent values, then by name."""
        return sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:most]


class Moments:
    """Count, mean and spread, summed chunk by chunk without losing digits (Chan, Golub and LeVeque 1979)."""

    def __init__(self) -> None:
        self.n = 0
        self.mean = 0.0
        self._squares = 0.0
        self.least = np.inf
        self.greatest = -np.inf

    def add(self, values: Floats) -> None:
        """Take in finite values."""
        if not len(values):
            return
        total = self.n + len(values)
        # Numbers beyond 1e154 have squares beyond all numbers: their spread is then not known, and says so.
        with np.errstate(over="ignore", invalid="ignore"):
            mean = values.mean()
            away = mean - self.mean
            squares = np.square(values - mean).sum() + away * away * self.n * len(values) / total
            self._squares += float(squares)
            self.mean += float(away * len(values) / total)
        self.n = total
        self.least, self.greatest = min(self.least, float(values.min())), max(self.greatest, float(values.max()))

    @property
    def deviation(self) -> float | None:
        """The standard deviation, with n − 1; None for a single value, or for numbers too large to be squared."""
        if self.n < 2 or not np.isfinite(self._squares):
            return None
        if self.least == self.greatest:
            return 0.0
        return float(np.sqrt(self._squares / (self.n - 1)))
