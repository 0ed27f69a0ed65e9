"""One evaluation from columns to numbers: check, measure, compare, slice, draw."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.measures import baselines as simpler
from evaluation.measures import inputs
from evaluation.measures.baselines import Baseline, BaselineSpec, Dummy
from evaluation.measures.comparison import Comparison, Standing, compare
from evaluation.measures.curves import Curves, curves_of
from evaluation.measures.estimates import Estimate
from evaluation.measures.estimators import estimate
from evaluation.measures.inputs import BadInput, Column
from evaluation.measures.metrics import Metric, default_primary, find, for_task
from evaluation.measures.samples import ClassificationSample, Sample, Sampling, Task
from evaluation.measures.slices import SliceColumn, measure_column

# Phase in words, steps done, steps in all. It may raise to stop the evaluation.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class BaselineResult:
    """What a baseline reaches on the same rows, and how the model stands against it."""

    name: str
    note: str
    estimates: tuple[Estimate, ...]
    comparisons: tuple[Comparison, ...]

    def find(self, metric: str) -> Comparison:
        """The comparison on one metric."""
        return next(found for found in self.comparisons if found.metric == metric)

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return {
            "name": self.name,
            "note": self.note,
            "estimates": [found.as_json() for found in self.estimates],
            "comparisons": [found.as_json() for found in self.comparisons],
        }


@dataclass(frozen=True)
class Measurement:
    """Everything one evaluation found, ready to be stored."""

    task: Task
    n: int
    estimates: tuple[Estimate, ...]
    baselines: tuple[BaselineResult, ...]
    slices: tuple[SliceColumn, ...]
    curves: Curves
    # The metrics that slices report.
    primary: tuple[str, ...]
    seed: int
    draws: int
    threshold: float | None = None
    positive_label: str | None = None
    # Rows of each label.
    class_counts: tuple[tuple[str, int], ...] = ()

    def find(self, metric: str) -> Estimate:
        """The estimate of one metric."""
        return next(found for found in self.estimates if found.metric == metric)

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage; numbers are finite or null."""
        return {
            "task": self.task.value,
            "n": self.n,
            "positive_label": self.positive_label,
            "threshold": self.threshold,
            "class_counts": [list(pair) for pair in self.class_counts],
            "primary": list(self.primary),
            "seed": self.seed,
            "draws": self.draws,
            "estimates": [found.as_json() for found in self.estimates],
            "baselines": [found.as_json() for found in self.baselines],
            "slices": [found.as_json() for found in self.slices],
            "curves": self.curves.as_json(),
        }


def silent(phase: str, done: int, total: int) -> None:
    """The progress of an evaluation nobody watches."""


def measure(
    task: Task,
    labels: Column,
    predictions: Column | None = None,
    scores: Column | None = None,
    *,
    slices: pd.DataFrame | None = None,
    positive_label: str | None = None,
    classes: Sequence[str] | None = None,
    threshold: float = 0.5,
    baselines: Sequence[BaselineSpec] | None = None,
    primary: Sequence[str] = (),
    seed: int = 0,
    draws: int = 1000,
    on_progress: Progress = silent,
) -> Measurement:
    """Measure predictions against labels; raises BadInput with a sentence when the columns do not allow it."""
    specs = (Dummy(),) if baselines is None else tuple(baselines)
    columns = [] if slices is None else [slices[name] for name in slices.columns]
    steps = _Steps(on_progress, len(specs) + len(columns) + 3)
    sampling = Sampling(seed, draws)

    steps.begin("Checking the columns")
    sample = inputs.sample(
        task,
        labels,
        predictions,
        scores,
        positive_label=positive_label,
        classes=classes,
        threshold=_checked_threshold(threshold),
    )
    chosen = _primary(task, primary, sample)
    steps.begin("Measuring")
    estimates = _estimates(sample, sampling)
    compared = []
    for spec in specs:
        steps.begin("Comparing with a baseline")
        compared.append(_compared(simpler.build(spec, sample), sample, sampling))
    sliced = []
    for column in columns:
        steps.begin(f"Slicing by {column.name}")
        sliced.append(measure_column(column, sample, chosen, sampling))
    steps.begin("Drawing the curves")
    curves = curves_of(sample, seed=seed)
    steps.end()
    return Measurement(
        task=task,
        n=sample.n,
        estimates=estimates,
        baselines=tuple(compared),
        slices=tuple(sliced),
        curves=curves,
        primary=tuple(metric.key for metric in chosen),
        seed=seed,
        draws=draws,
        **_classes(sample, threshold if predictions is None else None),
    )


class _Steps:
    """Counts the steps of one evaluation, and tells whoever watches."""

    def __init__(self, on_progress: Progress, total: int) -> None:
        self._tell = on_progress
        self._total = total
        self._done = -1

    def begin(self, phase: str) -> None:
        self._done += 1
        self._tell(phase, self._done, self._total)

    def end(self) -> None:
        self._tell("Measured", self._total, self._total)


def _estimates(sample: Sample, sampling: Sampling) -> tuple[Estimate, ...]:
    return tuple(estimate(metric, sample, sampling) for metric in for_task(sample.task))


def _compared(baseline: Baseline, sample: Sample, sampling: Sampling) -> BaselineResult:
    comparisons = tuple(
        compare(metric, sample, baseline.sample, name=baseline.name, sampling=sampling)
        for metric in for_task(sample.task)
    )
    return BaselineResult(baseline.name, baseline.note, _estimates(baseline.sample, sampling), comparisons)


def _primary(task: Task, keys: Sequence[str], sample: Sample) -> tuple[Metric, ...]:
    has_scores = isinstance(sample, ClassificationSample) and sample.scores is not None
    chosen = tuple(keys) or default_primary(task, has_scores=has_scores)
    known = {metric.key for metric in for_task(task)}
    for key in chosen:
        if key not in known:
            raise BadInput(f"There is no metric '{key}' for this task. Choose from {', '.join(sorted(known))}.")
    return tuple(find(task, key) for key in dict.fromkeys(chosen))


def _checked_threshold(threshold: float) -> float:
    if not 0 <= threshold <= 1:
        raise BadInput(f"The cut-off is {threshold:g}. Give a probability between 0 and 1.")
    return threshold


def _classes(sample: Sample, threshold: float | None) -> dict[str, Any]:
    """What is only known of a classification."""
    if not isinstance(sample, ClassificationSample):
        return {}
    counts = np.bincount(sample.truth, minlength=len(sample.classes))
    counted = tuple((name, int(count)) for name, count in zip(sample.classes, counts, strict=True))
    if sample.task is Task.MULTICLASS:
        return {"class_counts": counted}
    return {"class_counts": counted, "positive_label": sample.classes[1], "threshold": threshold}


__all__ = ["BadInput", "BaselineResult", "Measurement", "Progress", "Standing", "measure"]
