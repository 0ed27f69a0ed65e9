"""Samples that several tests measure; every number comes from a seed or is written out."""

import numpy as np

from evaluation.measures.samples import ClassificationSample, RegressionSample, Task


def binary_sample(seed: int, rows: int, *, share: float = 0.3, separation: float = 1.2) -> ClassificationSample:
    """Scores that separate two normal populations."""
    random = np.random.default_rng(seed)
    truth = (random.random(rows) < share).astype(np.int8)
    margin = random.normal(size=rows) + separation * truth - 1
    scores = 1 / (1 + np.exp(0.3 - 1.2 * margin))
    return ClassificationSample(Task.BINARY, ("no", "yes"), truth, (scores >= 0.5).astype(np.int8), scores)


def multiclass_sample(seed: int, rows: int) -> ClassificationSample:
    """Three classes of unequal size."""
    random = np.random.default_rng(seed)
    truth = random.choice(3, rows, p=[0.5, 0.3, 0.2])
    margin = random.normal(size=(rows, 3))
    margin[np.arange(rows), truth] += 1.5
    scores = np.exp(margin) / np.exp(margin).sum(axis=1, keepdims=True)
    return ClassificationSample(Task.MULTICLASS, ("a", "b", "c"), truth, scores.argmax(axis=1), scores)


def regression_sample(seed: int, rows: int) -> RegressionSample:
    """Targets around 100, predictions off by about 4 and half a unit too high."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=rows) * 10 + 100
    return RegressionSample(truth, truth + random.normal(size=rows) * 4 + 0.5)


SAMPLES = {
    Task.BINARY: binary_sample,
    Task.MULTICLASS: multiclass_sample,
    Task.REGRESSION: regression_sample,
}
