"""The same metrics for parts of the rows: each value of a column, or each range of a numeric one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from evaluation.measures.estimates import Estimate, show
from evaluation.measures.estimators import estimate
from evaluation.measures.inputs import BadInput
from evaluation.measures.metrics import Metric
from evaluation.measures.samples import Indices, Sample, Sampling

MOST_VALUES = 10
RANGES = 4
FEWEST_ROWS = 30
MISSING = "(missing)"


@dataclass(frozen=True)
class SliceResult:
    """The metrics on the rows of one value or range."""

    label: str
    n: int
    share: float
    estimates: tuple[Estimate, ...]
    # Empty, or why these numbers should not be judged.
    note: str = ""

    def find(self, metric: str) -> Estimate:
        """The estimate of one metric."""
        return next(found for found in self.estimates if found.metric == metric)

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return {**self.__dict__, "estimates": [found.as_json() for found in self.estimates]}


@dataclass(frozen=True)
class SliceColumn:
    """All slices of one column; together they hold every row once."""

    name: str
    # "values" or "ranges".
    kind: str
    results: tuple[SliceResult, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return {**self.__dict__, "results": [result.as_json() for result in self.results]}


def measure_column(column: pd.Series, sample: Sample, metrics: Sequence[Metric], sampling: Sampling) -> SliceColumn:
    """The metrics on each slice of one column."""
    if len(column) != sample.n:
        raise BadInput(
            f"Slice column '{column.name}' has {len(column):,} rows, and the labels have {sample.n:,}. "
            "Give one value for each label, in the same order."
        )
    codes, labels, kind = cut(column.reset_index(drop=True))
    # One sort instead of one scan of all rows per slice.
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(labels)))
    results = []
    for label, rows in zip(labels, np.split(order, ends[:-1]), strict=True):
        if len(rows):
            results.append(_measure(label, sample.subset(rows), sample.n, metrics, sampling))
    return SliceColumn(str(column.name), kind, tuple(results))


def _distinct(labels: Sequence[str]) -> list[str]:
    """The labels, numbered where shortening or rounding made two of them alike: each slice is kept under its own."""
    taken: dict[str, None] = {}
    for label in labels:
        number, free = 1, label
        while free in taken:
            number += 1
            free = f"{label} ({number})"
        taken[free] = None
    return list(taken)


def _measure(label: str, part: Sample, total: int, metrics: Sequence[Metric], sampling: Sampling) -> SliceResult:
    estimates = tuple(estimate(metric, part, sampling) for metric in metrics)
    note = ""
    if part.n < FEWEST_ROWS:
        note = f"Too few rows to judge: {part.n:,}, and at least {FEWEST_ROWS} are wanted."
    return SliceResult(label, part.n, part.n / total, estimates, note)


def cut(column: pd.Series) -> tuple[Indices, list[str], str]:
    """A code for every row, the codes' labels in reading order, and whether they are values or ranges."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = _periods(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        # Categories without rows would otherwise be counted among the other values.
        column = column.astype(column.cat.categories.dtype)
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    is_wide = is_number and column.nunique() > MOST_VALUES
    codes, labels = _ranges(column) if is_wide else _values(column, is_number=is_number)
    return codes, _distinct(labels), "ranges" if is_wide else "values"


def _values(column: pd.Series, *, is_number: bool) -> tuple[Indices, list[str]]:
    """The most frequent values, then everything else, then the rows without a value."""
    counts = column.value_counts()
    kept = list(counts.index[:MOST_VALUES])
    kept = sorted(kept) if is_number else sorted(kept, key=lambda value: (-counts[value], str(value)))
    codes = np.asarray(pd.Index(kept).get_indexer(pd.Index(column)), dtype=np.int64)
    labels = [_plain(value) for value in kept]
    rare = len(counts) - len(kept)
    if rare:
        codes[(codes < 0) & column.notna().to_numpy()] = len(labels)
        labels.append(f"other ({rare:,} value{'s' if rare > 1 else ''})")
    codes[codes < 0] = len(labels)
    return codes, [*labels, MISSING]


def _ranges(column: pd.Series) -> tuple[Indices, list[str]]:
    """Ranges with about equally many rows, then the rows without a value."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    # Infinity orders well, but no interpolation between quantiles survives it.
    present = values[np.isfinite(values)]
    inner = np.quantile(present, np.linspace(0, 1, RANGES + 1)[1:-1], method="inverted_cdf")
    edges = np.unique(inner[inner < present.max()])
    codes = np.searchsorted(edges, values, side="left").astype(np.int64)
    # Rows whose value is at an edge belong to the range that ends there.
    labels = _range_labels(edges, present)
    codes[np.isnan(values)] = len(labels)
    return codes, [*labels, MISSING]


def _range_labels(edges: np.ndarray[Any, Any], present: np.ndarray[Any, Any]) -> list[str]:
    if np.all(present == np.floor(present)):
        lows = [present.min(), *[present[present > edge].min() for edge in edges]]
        highs = [*edges, present.max()]
        return [_between(low, high) for low, high in zip(lows, highs, strict=True)]
    if not len(edges):
        return [f"{_short(present.min())}–{_short(present.max())}"]
    middle = [f"over {_short(a)} to {_short(b)}" for a, b in pairwise(edges)]
    return [f"up to {_short(edges[0])}", *middle, f"over {_short(edges[-1])}"]


def _between(low: float, high: float) -> str:
    if low == high:
        return _short(low)
    joint = " to " if low < 0 else "–"
    return f"{_short(low)}{joint}{_short(high)}"


def _short(value: float) -> str:
    """A whole number in full, anything else with the digits a reader can use."""
    if float(value).is_integer() and abs(value) < 1e15:
        # Years and codes would be spoilt by a thousands separator.
        return f"{value:.0f}".replace("-", "−") if abs(value) < 10_000 else f"{value:,.0f}".replace("-", "−")
    return show(float(value)) if abs(value) < 0.001 or abs(value) >= 1000 else f"{value:.4g}".replace("-", "−")


def _plain(value: object) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _periods(column: pd.Series) -> pd.Series:
    """Moments by year, or by month when all lie in one year."""
    form = "%Y" if column.dt.year.nunique() > 1 else "%Y-%m"
    return column.dt.strftime(form)
