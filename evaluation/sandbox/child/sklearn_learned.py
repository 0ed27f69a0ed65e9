"""Tells what parts of a scikit-learn model learned, in a few numbers: weights, means, categories, trees, choices."""

from collections.abc import Callable, Sequence
from typing import Any  # scikit-learn comes without types

import numpy as np

# Beyond so many numbers, the heaviest are told; all of them are in the model's file.
_WRITTEN_OUT = 12
_LONGEST = 600

Told = dict[str, str]
Teller = Callable[[Any, Sequence[str]], Told]


def learned(part: Any, names: Sequence[str]) -> Told:
    """Return what the part learned, by what it is called; parts that are not fitted or not known tell nothing."""
    told: Told = {}
    for tell in _TELLERS:
        told |= _careful(tell, part, names)
    return {
        key: value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…" for key, value in told.items() if value
    }


def _careful(tell: Teller, part: Any, names: Sequence[str]) -> Told:
    try:
        return tell(part, names)
    except Exception:  # a part may hold anything under these names, and tells nothing then
        return {}


def _weights(part: Any, names: Sequence[str]) -> Told:
    weights = np.asarray(getattr(part, "coef_", np.empty(0)), dtype=float)
    if weights.ndim == 2 and weights.shape[0] == 1:
        weights = weights[0]
    if weights.ndim != 1 or not weights.size:
        return {}
    start = np.asarray(getattr(part, "intercept_", 0.0), dtype=float).ravel()
    named = list(zip(weights.tolist(), _named(names, len(weights)), strict=True))
    named.sort(key=lambda pair: -abs(pair[0]))
    terms = ", ".join(f"{name} {weight:+.4g}" for weight, name in named[:_WRITTEN_OUT])
    left = len(named) - _WRITTEN_OUT
    more = f", and {left:,} smaller ones" if left > 0 else ""
    return {"weights": f"{terms}{more}", "start": f"{start[0]:.4g}" if start.size else ""}


def _scaling(part: Any, names: Sequence[str]) -> Told:
    means, spreads = getattr(part, "mean_", None), getattr(part, "scale_", None)
    if means is None or spreads is None or len(means) > _WRITTEN_OUT:
        return {}
    found = zip(_named(names, len(means)), means, spreads, strict=True)
    return {"means and deviations": ", ".join(f"{name} {mean:.5g} ± {spread:.5g}" for name, mean, spread in found)}


def _fillings(part: Any, names: Sequence[str]) -> Told:
    values = getattr(part, "statistics_", None)
    if values is None or len(values) > _WRITTEN_OUT:
        return {}
    shown = [f"{value:.5g}" if isinstance(value, float) else str(value)[:40] for value in values.tolist()]
    return {
        "fillings": ", ".join(f"{name} {value}" for name, value in zip(_named(names, len(shown)), shown, strict=True))
    }


def _categories(part: Any, names: Sequence[str]) -> Told:
    kinds = getattr(part, "categories_", None)
    if kinds is None or len(kinds) > _WRITTEN_OUT:
        return {}
    told = []
    for name, values in zip(_named(names, len(kinds)), kinds, strict=True):
        shown = ", ".join(str(value)[:30] for value in list(values)[:6])
        more = f", … ({len(values):,} in all)" if len(values) > 6 else ""
        told.append(f"{name}: {shown}{more}")
    return {"categories": "; ".join(told)}


def _trees(part: Any, names: Sequence[str]) -> Told:
    if hasattr(part, "tree_"):
        return {"depth": str(int(part.get_depth())), "leaves": f"{int(part.get_n_leaves()):,}"}
    if hasattr(part, "n_iter_") and hasattr(part, "_predictors"):
        return {"trees": f"{sum(len(stage) for stage in part._predictors):,}"}
    grown = getattr(part, "estimators_", None)
    if grown is None:
        return {}
    trees = [one for one in np.asarray(grown, dtype=object).ravel().tolist() if hasattr(one, "tree_")]
    if not trees:
        return {}
    deepest = max(int(one.tree_.max_depth) for one in trees)
    return {"trees": f"{len(trees):,}", "deepest": str(deepest)}


def _choices(part: Any, names: Sequence[str]) -> Told:
    told: Told = {}
    if isinstance(best := getattr(part, "best_params_", None), dict):
        told["best parameters"] = ", ".join(f"{key} = {_short(value)}" for key, value in sorted(best.items()))
    if (score := getattr(part, "best_score_", None)) is not None:
        told["best score in cross-validation"] = f"{float(score):.4g}"
    if isinstance(results := getattr(part, "cv_results_", None), dict) and "params" in results:
        told["candidates"] = f"{len(results['params']):,}"
    if (threshold := getattr(part, "best_threshold_", None)) is not None:
        told["threshold"] = f"{float(threshold):.4g}"
    if hasattr(part, "C_") and np.asarray(part.C_).size == 1:
        told["strength chosen"] = f"C = {float(np.asarray(part.C_).ravel()[0]):.4g}"
    if hasattr(part, "alpha_") and np.asarray(part.alpha_).size == 1:
        told["strength chosen"] = f"alpha = {float(np.asarray(part.alpha_).ravel()[0]):.4g}"
    return told


def _sizes(part: Any, names: Sequence[str]) -> Told:
    told: Told = {}
    if hasattr(part, "support_vectors_"):
        told["support vectors"] = f"{len(part.support_vectors_):,}"
    if hasattr(part, "n_components_") and hasattr(part, "explained_variance_ratio_"):
        ratio = float(np.sum(part.explained_variance_ratio_))
        told["components"] = f"{int(part.n_components_):,}, which keep {100 * ratio:.1f} % of the variance"
    if hasattr(part, "vocabulary_"):
        told["words known"] = f"{len(part.vocabulary_):,}"
    if hasattr(part, "n_samples_fit_"):
        told["rows kept"] = f"{int(part.n_samples_fit_):,}"
    if isinstance(shapes := getattr(part, "coefs_", None), list):
        told["layers"] = " → ".join([*(str(one.shape[0]) for one in shapes), str(shapes[-1].shape[1])])
    if callable(getattr(part, "get_support", None)):
        kept = np.flatnonzero(np.asarray(part.get_support()))
        total = len(np.asarray(part.get_support()))
        shown = [_named(names, total)[place] for place in kept[:_WRITTEN_OUT].tolist()]
        told["kept columns"] = ", ".join(shown) + (
            f" and {len(kept) - _WRITTEN_OUT} more" if len(kept) > _WRITTEN_OUT else ""
        )
    return told


def _named(names: Sequence[str], count: int) -> list[str]:
    """Return the columns' names, or numbers where they are not known."""
    return list(names) if len(names) == count else [f"column {place + 1}" for place in range(count)]


def _short(value: Any) -> str:
    return " ".join(repr(value.item() if isinstance(value, np.generic) else value).split())[:80]


_TELLERS: tuple[Teller, ...] = (
    _weights,
    _scaling,
    _fillings,
    _categories,
    _trees,
    _choices,
    _sizes,
)
