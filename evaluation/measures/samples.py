"""What is measured: the labels, predictions and scores of one set of rows, already checked."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]
# Codes and masks of any integer or boolean width: narrow ones keep a million rows small.
Indices = NDArray[Any]

CALIBRATION_BINS = 10


class Task(StrEnum):
    """What kind of question the model answers."""

    BINARY = "binary_classification"
    MULTICLASS = "multiclass_classification"
    REGRESSION = "regression"

    @property
    def label(self) -> str:
        """The task's name for people."""
        return self.value.replace("_", " ").capitalize()

    @property
    def is_classification(self) -> bool:
        """Whether the answer is a class."""
        return self is not Task.REGRESSION


@dataclass(frozen=True)
class Sampling:
    """How random draws are made: the seed and how many resamples."""

    seed: int = 0
    draws: int = 1000

    def generator(self) -> np.random.Generator:
        """A fresh generator, so that a result never depends on what was computed before it."""
        return np.random.default_rng(self.seed)


@dataclass(frozen=True, eq=False)
class ScoreGroups:
    """Rows gathered by score, highest first; the counts may carry leading axes, one per resample."""

    score: Numbers
    positives: NDArray[Any]
    negatives: NDArray[Any]

    @property
    def size(self) -> int:
        """The number of groups."""
        return len(self.score)

    def coarse(self, limit: int) -> "ScoreGroups":
        """At most about `limit` groups of neighbouring scores."""
        if self.size <= limit:
            return self
        starts = self.coarse_starts(limit)
        positives = np.add.reduceat(self.positives, starts)
        negatives = np.add.reduceat(self.negatives, starts)
        rows = self.positives + self.negatives
        score = np.add.reduceat(self.score * rows, starts) / (positives + negatives)
        return ScoreGroups(score, positives, negatives)

    def coarse_starts(self, limit: int) -> Indices:
        """Where each coarse group begins among the fine ones."""
        if self.size <= limit:
            return np.arange(self.size)
        # Cut where either label has moved on: rare positives crowd into a few of the highest scores.
        labels = (self.positives, self.negatives)
        passed = sum((np.cumsum(rows) - rows / 2) / max(rows.sum(), 1) for rows in labels) / 2
        part = (passed * limit).astype(np.int64)
        return np.flatnonzero(np.diff(part, prepend=-1))


@dataclass(frozen=True, eq=False)
class ClassificationSample:
    """Labels and predictions as positions in `classes`; in a binary task the positive class is the second."""

    task: Task
    classes: tuple[str, ...]
    truth: Indices
    predicted: Indices
    # One probability of the positive class per row, or one column per class.
    scores: Numbers | None = None
    # A rule that answers yes or no can be ranked, but its answers are no probabilities.
    scores_are_probabilities: bool = True

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.truth)

    @cached_property
    def confusion(self) -> Counts:
        """Rows by true class (down) and predicted class (across)."""
        size = len(self.classes)
        cells = self.truth.astype(np.int64) * size + self.predicted
        return np.bincount(cells, minlength=size * size).reshape(size, size)

    @cached_property
    def ranking(self) -> ScoreGroups:
        """One group per distinct score of the positive class, highest first."""
        return grouped(self.binary_scores, self.truth == 1)

    @property
    def binary_scores(self) -> Numbers:
        """The probability of the positive class; only asked where scores are known to exist."""
        if self.scores is None or self.scores.ndim != 1:
            raise TypeError("This sample has no scores of a positive class.")
        return self.scores

    @property
    def class_scores(self) -> Numbers:
        """One column of probabilities per class; only asked where scores are known to exist."""
        if self.scores is None or self.scores.ndim != 2:
            raise TypeError("This sample has no scores per class.")
        return self.scores

    def subset(self, rows: Indices) -> "ClassificationSample":
        """The same measurement on some of the rows."""
        scores = None if self.scores is None else self.scores[rows]
        return replace(self, truth=self.truth[rows], predicted=self.predicted[rows], scores=scores)


@dataclass(frozen=True, eq=False)
class RegressionSample:
    """True and predicted numbers."""

    truth: Numbers
    predicted: Numbers
    task: Task = Task.REGRESSION

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.truth)

    @cached_property
    def errors(self) -> Numbers:
        """Prediction minus truth: positive when the model says too much."""
        return self.predicted - self.truth

    def subset(self, rows: Indices) -> "RegressionSample":
        """The same measurement on some of the rows."""
        return RegressionSample(self.truth[rows], self.predicted[rows])


Sample = ClassificationSample | RegressionSample


def grouped(scores: Numbers, is_positive: Indices) -> ScoreGroups:
    """Gather rows by distinct score, highest first, counting the positive and the negative ones."""
    groups, _, _ = _gathered(scores, is_positive)
    return groups


def grouped_rows(scores: Numbers, is_positive: Indices) -> tuple[ScoreGroups, Indices]:
    """The same, and the group of every row."""
    groups, order, sizes = _gathered(scores, is_positive)
    group = np.empty(len(scores), dtype=np.int64)
    group[order] = np.repeat(np.arange(groups.size), sizes)
    return groups, group


def _gathered(scores: Numbers, is_positive: Indices) -> tuple[ScoreGroups, Indices, Counts]:
    order = np.argsort(-scores)
    ordered = scores[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=np.inf))
    positives = np.add.reduceat(is_positive[order].astype(np.int64), starts)
    sizes = np.diff(np.append(starts, len(scores)))
    return ScoreGroups(ordered[starts], positives, sizes - positives), order, sizes
