"""Reads the steps of a trained pipeline into lines of pseudocode, with the numbers it learned."""

from collections.abc import Callable, Sequence
from typing import Any

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

PER_LINE = 3
# Beyond this many columns the steps are told with the heaviest weights; all of them are in the model file.
WRITTEN_OUT = 12


def pseudocode(model: Any, features: Sequence[str]) -> str:
    """The way from one row to the model's answer, a step a line."""
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
    written = [line for step in steps for line in _writer(step)(step, features)]
    first = f"read {len(features)} numbers: {', '.join(features)}" if len(features) <= 12 else _many(features)
    return "\n".join([first, *written])


def _many(features: Sequence[str]) -> str:
    return f"read {len(features)} numbers: {', '.join(features[:3])}, … {features[-1]}"


def _scaler(step: StandardScaler, features: Sequence[str]) -> list[str]:
    numbers = zip(features, step.mean_, step.scale_, strict=True)
    parts = [f"{key} ← ({key} - {mean:.5g}) / {scale:.5g}" for key, mean, scale in numbers]
    if len(parts) > WRITTEN_OUT:
        return [f"standardise each column by its training mean and deviation, so that {parts[0]}"]
    return [f"standardise: {line}" for line in _lines(parts, ", ")]


def _logistic(step: LogisticRegression, features: Sequence[str]) -> list[str]:
    positive, negative = step.classes_[1], step.classes_[0]
    weighting = " (both classes weighted alike in training)" if step.class_weight == "balanced" else ""
    return [
        *_sum("z", step.intercept_[0], step.coef_[0], features),
        f"probability of {positive} ← 1 / (1 + exp(-z)){weighting}",
        f"answer {positive} if the probability is above 0.5, else {negative}",
    ]


def _ridge(step: Ridge, features: Sequence[str]) -> list[str]:
    return [*_sum("estimate", step.intercept_, step.coef_, features), "answer the estimate"]


def _tree(step: Any, features: Sequence[str]) -> list[str]:
    if step.get_depth() != 1:
        return [f"follow a decision tree of depth {step.get_depth()} and answer what its leaf says"]
    tree = step.tree_
    low, high = (_leaf(step, node) for node in (1, 2))
    return [f"if {features[tree.feature[0]]} ≤ {tree.threshold[0]:.4g}: {low}", f"else: {high}"]


def _leaf(step: Any, node: int) -> str:
    values = step.tree_.value[node][0]
    if not hasattr(step, "classes_"):
        return f"answer {values[0]:.4g}"
    best = int(values.argmax())
    return f"answer {step.classes_[best]}, probability of {step.classes_[1]} {values[1] / values.sum():.3f}"


def _forest(step: Any, features: Sequence[str]) -> list[str]:
    return [
        f"ask {len(step.estimators_)} decision trees, each grown on its own draw of the rows, and average their answers"
    ]


def _sum(name: str, intercept: float, weights: Sequence[float], features: Sequence[str]) -> list[str]:
    named = zip(weights, features, strict=True)
    if len(features) > WRITTEN_OUT:
        heaviest = sorted(named, key=lambda pair: -abs(pair[0]))
        terms = [_term(weight, key) for weight, key in heaviest[: 2 * PER_LINE]]
        rest = f"{name} ← {name} + {len(features) - len(terms)} smaller terms of the same kind"
        return [f"{name} ← {intercept:.4g}", *(f"{name} ← {name} {line}" for line in _lines(terms, " ")), rest]
    terms = [_term(weight, key) for weight, key in named]
    return [f"{name} ← {intercept:.4g}", *(f"{name} ← {name} {line}" for line in _lines(terms, " "))]


def _term(weight: float, key: str) -> str:
    return f"{'+' if weight >= 0 else '-'} {abs(weight):.4g} · {key}"


def _lines(parts: Sequence[str], joined: str) -> list[str]:
    return [joined.join(parts[at : at + PER_LINE]) for at in range(0, len(parts), PER_LINE)]


WRITERS: dict[type, Callable[[Any, Sequence[str]], list[str]]] = {
    StandardScaler: _scaler,
    LogisticRegression: _logistic,
    Ridge: _ridge,
    DecisionTreeClassifier: _tree,
    DecisionTreeRegressor: _tree,
    RandomForestClassifier: _forest,
    RandomForestRegressor: _forest,
}


def _writer(step: Any) -> Callable[[Any, Sequence[str]], list[str]]:
    return WRITERS.get(type(step)) or (lambda one, features: [f"apply {type(one).__name__}"])
