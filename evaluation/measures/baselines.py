"""Something simpler to beat on the same rows: a constant, a one-column rule, or predictions people give."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from evaluation.measures import inputs
from evaluation.measures.estimates import show
from evaluation.measures.inputs import BadInput, Column
from evaluation.measures.samples import (
    ClassificationSample,
    Numbers,
    RegressionSample,
    Sample,
    Task,
)


class Constant(StrEnum):
    """Which number a regression's dummy repeats."""

    MEAN = "mean"
    MEDIAN = "median"


@dataclass(frozen=True)
class Dummy:
    """Knows only how often each answer occurs: in the training labels when they are given."""

    train_labels: Column | None = None
    # Shares or counts of classes, when only those are known of the training data.
    train_shares: Mapping[str, float] | None = None
    # The training target's mean or median, when only that is known.
    train_value: float | None = None
    constant: Constant = Constant.MEAN


@dataclass(frozen=True)
class Rule:
    """Answers the positive label when one column reaches a value."""

    values: Column
    threshold: float
    # False for a rule that fires at or below the threshold.
    at_least: bool = True


@dataclass(frozen=True)
class Given:
    """Predictions, and if there are any scores, made by something else for the same rows."""

    predictions: Column | None = None
    scores: Column | None = None
    name: str = "the given baseline"


BaselineSpec = Dummy | Rule | Given


@dataclass(frozen=True)
class Baseline:
    """A baseline's answers on the rows being measured."""

    name: str
    note: str
    sample: Sample


def build(spec: BaselineSpec, sample: Sample) -> Baseline:
    """The baseline's answers, with a name and a note on where they come from."""
    match spec:
        case Rule():
            return _rule(spec, sample)
        case Given():
            return _given(spec, sample)
    if isinstance(sample, RegressionSample):
        return _constant(spec, sample)
    return _most_frequent(spec, sample)


def _constant(spec: Dummy, sample: RegressionSample) -> Baseline:
    word = spec.constant.value
    pick = np.mean if spec.constant is Constant.MEAN else np.median
    note = f"Always predicts the {word} of the training targets"
    if spec.train_value is not None:
        value = float(spec.train_value)
    elif spec.train_labels is not None:
        value = float(pick(inputs.numbers(_training(spec.train_labels), "training label")))
    else:
        value = float(pick(sample.truth))
        note = f"Always predicts the {word} of these same rows, because no training targets were given"
    predicted = np.full(sample.n, value)
    return Baseline(f"the {word}", f"{note}: {show(value)}.", replace(sample, predicted=predicted))


def _most_frequent(spec: Dummy, sample: ClassificationSample) -> Baseline:
    shares, origin = _shares(spec, sample)
    favourite = int(np.argmax(shares))
    if sample.task is Task.BINARY:
        scores: Numbers = np.full(sample.n, shares[1])
    else:
        # A view costs nothing; nobody writes into scores.
        scores = np.broadcast_to(shares, (sample.n, len(shares)))
    note = (
        f"Always predicts '{sample.classes[favourite]}', the most frequent label, and gives every row the shares "
        f"{origin}: " + ", ".join(f"'{n}' {s:.1%}" for n, s in list(zip(sample.classes, shares, strict=True))[:6])
    )
    note += ", …" if len(shares) > 6 else "."
    predicted = np.full(sample.n, favourite, dtype=sample.predicted.dtype)
    answers = replace(sample, predicted=predicted, scores=scores, scores_are_probabilities=True)
    return Baseline("the most frequent label", note, answers)


def _shares(spec: Dummy, sample: ClassificationSample) -> tuple[Numbers, str]:
    """The share of each class, and where it was counted."""
    if spec.train_shares is not None:
        counted = {inputs.class_key(name): float(count) for name, count in spec.train_shares.items()}
    elif spec.train_labels is not None:
        keys = _training(spec.train_labels).map(inputs.class_key).value_counts()
        counted = {str(name): float(count) for name, count in keys.items()}
    else:
        counts = np.bincount(sample.truth, minlength=len(sample.classes))
        return counts / sample.n, "of these same rows, because no training labels were given"
    shares = np.array([counted.get(name, 0.0) for name in sample.classes])
    if not np.isfinite(shares).all() or shares.min() < 0 or shares.sum() <= 0:
        raise BadInput(
            "The training labels share no class with the test labels. Choose the training data of this model."
        )
    return shares / shares.sum(), "of the training data"


def _training(labels: Column) -> pd.Series:
    series = labels if isinstance(labels, pd.Series) else pd.Series(np.asarray(labels))
    present = series.dropna()
    if present.empty:
        raise BadInput("The training labels are empty. Choose the training data of this model.")
    return present.rename("training label" if series.name is None else str(series.name))


def _rule(spec: Rule, sample: Sample) -> Baseline:
    if not isinstance(sample, ClassificationSample) or sample.task is not Task.BINARY:
        raise BadInput(
            "A rule on one column answers a binary task only. For other tasks give a column of baseline predictions."
        )
    series = inputs.check_length(spec.values, "rule", sample.n)
    values = inputs.numbers(series, "rule")
    fires = values >= spec.threshold if spec.at_least else values <= spec.threshold
    sign = "≥" if spec.at_least else "≤"
    text = f"{series.name} {sign} {spec.threshold:g}"
    answers = replace(
        sample,
        predicted=fires.astype(sample.predicted.dtype),
        scores=fires.astype(np.float64),
        scores_are_probabilities=False,
    )
    return Baseline(f"the rule {text}", f"Predicts '{sample.classes[1]}' when {text}.", answers)


def _given(spec: Given, sample: Sample) -> Baseline:
    if isinstance(sample, RegressionSample):
        predicted = inputs.predicted_numbers(_required(spec.predictions), sample.n, "baseline")
        return Baseline(spec.name, _given_note(spec.predictions), replace(sample, predicted=predicted))
    if sample.task is Task.BINARY and spec.scores is not None:
        scores = inputs.probabilities(spec.scores, sample.n, "baseline score")
    else:
        scores = None
    if spec.predictions is None and scores is not None:
        codes = (scores >= 0.5).astype(sample.predicted.dtype)
    else:
        wanted = _required(spec.predictions)
        codes = inputs.predicted_classes(wanted, sample.classes, sample.n, "baseline")
    answers = replace(sample, predicted=codes.astype(sample.predicted.dtype), scores=scores)
    return Baseline(spec.name, _given_note(spec.predictions), answers)


def _required(predictions: Column | None) -> Any:
    if predictions is None:
        raise BadInput("The baseline has no predictions. Name the column that holds them.")
    return predictions


def _given_note(predictions: Column | None) -> str:
    name = getattr(predictions, "name", None)
    return f"Predictions from the column '{name}'." if name else "Predictions given with the data."
