"""Reads a scikit-learn model's steps and parameters, for the pseudocode in documents."""

import platform
from typing import Any  # scikit-learn comes without types

import sklearn

_LONGEST = 200
_DEEPEST = 6
_MOST_STEPS = 100


def description(model: Any, trained_versions: list[str]) -> dict[str, Any]:
    """Return what the model is made of: steps, parameters, columns, classes and versions."""
    names = getattr(model, "feature_names_in_", None)
    classes = getattr(model, "classes_", None)
    count = getattr(model, "n_features_in_", None)
    return {
        "library": "scikit-learn",
        "steps": [_step("model", model, 0)],
        "inputs": [] if names is None else [str(name)[:_LONGEST] for name in list(names)[:1000]],
        "input_count": None if count is None else int(count),
        "classes": [] if classes is None else [str(label)[:_LONGEST] for label in list(classes)[:1000]],
        "python_version": platform.python_version(),
        "library_version": sklearn.__version__,
        # The library only speaks up when the versions differ.
        "trained_with": trained_versions or [sklearn.__version__],
    }


def _step(name: str, part: Any, depth: int) -> dict[str, Any]:
    """Return one step with the steps inside it."""
    parameters = part.get_params(deep=False) if callable(getattr(part, "get_params", None)) else {}
    inner = [] if depth >= _DEEPEST else _inner(part, parameters)
    held = {id(child) for _, child, _ in inner}
    return {
        "name": str(name)[:_LONGEST],
        "class": f"{type(part).__module__}.{type(part).__qualname__}"[:_LONGEST],
        "parameters": {
            key: _text(value)
            for key, value in parameters.items()
            if id(value) not in held and key not in {"steps", "transformers", "transformer_list", "estimators"}
        },
        "columns": [],
        "steps": [
            _step(child_name, child, depth + 1) | {"columns": columns}
            for child_name, child, columns in inner[:_MOST_STEPS]
        ],
    }


def _inner(part: Any, parameters: dict[str, Any]) -> list[tuple[str, Any, list[str]]]:
    """Return the named steps inside: of a pipeline, of a union, per set of columns, or a wrapped estimator."""
    fitted = getattr(part, "transformers_", None)
    if fitted is not None:
        return [(name, child, _columns(columns)) for name, child, columns in fitted]
    for key in ("steps", "transformer_list", "estimators"):
        if isinstance(parameters.get(key), list):
            return [(str(pair[0]), pair[1], []) for pair in parameters[key]]
    return [(key, value, []) for key, value in parameters.items() if hasattr(value, "get_params")]


def _columns(chosen: Any) -> list[str]:
    """Return the names or numbers of the columns a step works on."""
    if isinstance(chosen, str):
        return [chosen[:_LONGEST]]
    try:
        return [str(column)[:_LONGEST] for column in list(chosen)[:200]]
    except TypeError:
        return [_text(chosen)]


def _text(value: Any) -> str:
    """Return a parameter as short text."""
    text = " ".join(repr(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
