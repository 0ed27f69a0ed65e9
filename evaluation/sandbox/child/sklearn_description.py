"""Reads a scikit-learn model's steps, parameters and what they learned, for the pseudocode on pages and in documents."""

import inspect
import platform
from typing import Any  # scikit-learn comes without types

import sklearn

from evaluation.sandbox.child.sklearn_learned import learned

_LONGEST = 200
_DEEPEST = 7
_MOST_STEPS = 300
_MOST_PARAMETERS = 100
_MOST_COLUMNS = 200
# What holds the steps themselves is told as steps.
_HOLDERS = ("steps", "transformers", "transformer_list", "estimators")
_WORDS = ("passthrough", "drop")

Place = tuple[str, Any, str, list[str]]  # a part's name, itself, its role, the columns it is given
Inner = list[Place]


def description(model: Any, trained_versions: list[str]) -> dict[str, Any]:
    """Return what the model is made of: steps, parameters, columns, classes and versions."""
    names = getattr(model, "feature_names_in_", None)
    classes = getattr(model, "classes_", None)
    count = getattr(model, "n_features_in_", None)
    inputs = [] if names is None else [str(name)[:_LONGEST] for name in list(names)[:1000]]
    return {
        "library": "scikit-learn",
        "steps": [_Reader().step(("model", model, "step", []), 0, inputs)],
        "inputs": inputs,
        "input_count": None if count is None else int(count),
        "classes": [] if classes is None else [str(label)[:_LONGEST] for label in list(classes)[:1000]],
        "python_version": platform.python_version(),
        "library_version": sklearn.__version__,
        # The library only speaks up when the versions differ.
        "trained_with": trained_versions or [sklearn.__version__],
    }


class _Reader:
    """Walks through a model from the outside in, a bounded number of steps far."""

    def __init__(self) -> None:
        self._left = _MOST_STEPS

    def step(self, place: Place, depth: int, names: list[str]) -> dict[str, Any]:
        """Return one step with the steps inside it; `names` are the columns that reach it, where they are known."""
        name, part, role, columns = place
        self._left -= 1
        if isinstance(part, str) and part in _WORDS:
            return _told(name, part, role, columns)
        parameters = _parameters(part)
        inner = [] if depth >= _DEEPEST else _inner(part, parameters)
        held = {id(child) for _, child, _, _ in inner}
        held |= {id(value) for value in parameters.values() if hasattr(value, "get_params")}
        shown = {
            key: value for key, value in parameters.items() if id(value) not in held and key not in _HOLDERS
        }  # fmt: skip
        told = _told(name, f"{type(part).__module__}.{type(part).__qualname__}", role, columns)
        told["parameters"] = {key: _text(value) for key, value in list(shown.items())[:_MOST_PARAMETERS]}
        told["chosen"] = [key for key, value in shown.items() if _differs(part, key, value)][:_MOST_PARAMETERS]
        own = getattr(part, "feature_names_in_", None)
        reaching = [str(one)[:_LONGEST] for one in list(own)[:1000]] if own is not None else names
        told["learned"] = learned(part, reaching)
        told["copies"] = _copies(part)
        told["steps"] = self._inside(inner, depth, reaching)
        return told

    def _inside(self, inner: Inner, depth: int, names: list[str]) -> list[dict[str, Any]]:
        steps = []
        for place in inner:
            if self._left <= 0:
                break
            _, child, role, columns = place
            steps.append(self.step(place, depth + 1, columns or names))
            if role == "step":
                names = _names_after(child, names)
        return steps


def _told(name: str, class_name: str, role: str, columns: list[str]) -> dict[str, Any]:
    return {
        "name": str(name)[:_LONGEST],
        "class": class_name[:_LONGEST],
        "role": role,
        "parameters": {},
        "chosen": [],
        "columns": columns,
        "learned": {},
        "copies": 0,
        "steps": [],
    }


def _parameters(part: Any) -> dict[str, Any]:
    return dict(part.get_params(deep=False)) if callable(getattr(part, "get_params", None)) else {}


def _differs(part: Any, key: str, value: Any) -> bool:
    """Claim that a parameter is not what the class takes when nobody says anything."""
    try:
        default = inspect.signature(type(part).__init__).parameters[key].default
    except (KeyError, TypeError, ValueError):
        return True
    return type(value) is not type(default) or repr(value) != repr(default)


def _inner(part: Any, parameters: dict[str, Any]) -> Inner:
    """Return the parts inside, each with its role: in a row, beside each other, asked together, or wrapped."""
    if isinstance(parameters.get("steps"), list):
        return [(str(name), child, "step", []) for name, child in map(_pair, parameters["steps"]) if child is not None]
    if getattr(part, "transformers_", None) is not None:
        return _split(part, parameters)
    if isinstance(parameters.get("transformer_list"), list):
        pairs = map(_pair, parameters["transformer_list"])
        return [(str(name), child, "branch", []) for name, child in pairs if child is not None]
    if isinstance(parameters.get("estimators"), list):
        return _asked(part, parameters)
    if (best := getattr(part, "best_estimator_", None)) is not None:
        return [("best estimator", best, "inner", [])]
    if getattr(part, "regressor_", None) is not None:
        target = getattr(part, "transformer_", None)
        changed: Inner = [] if target is None else [("target", target, "target", [])]
        return [*changed, ("regressor", part.regressor_, "inner", [])]
    role = "member" if getattr(part, "estimators_", None) is not None else "inner"
    kept = getattr(part, "estimator_", None)
    wrapped: Inner = [(key, value, role, []) for key, value in parameters.items() if hasattr(value, "get_params")]
    if kept is not None and hasattr(kept, "get_params") and "estimator" in parameters:
        # The fitted one, also where the parameter was left to the library; a forest's trees need no telling.
        others = [one for one in wrapped if one[0] not in ("estimator", "base_estimator")]
        return [("estimator", kept, role, []), *others]
    return wrapped


def _split(part: Any, parameters: dict[str, Any]) -> Inner:
    """Return a column transformer's parts, with the words of those who wrote it where a part is a word."""
    said = {
        str(entry[0]): entry[1] for entry in parameters.get("transformers") or [] if isinstance(entry, tuple | list)
    }
    said["remainder"] = parameters.get("remainder")
    found: Inner = []
    for name, child, columns in part.transformers_:
        word = said.get(str(name))
        plain = word if isinstance(word, str) and word in _WORDS else child
        names = _columns(columns, getattr(part, "feature_names_in_", None))
        if names or str(name) != "remainder":
            found.append((str(name), plain, "branch", names))
    return found


def _asked(part: Any, parameters: dict[str, Any]) -> Inner:
    """Return the models of a vote or a stack, the fitted ones where they are kept, and the final one."""
    fitted = getattr(part, "named_estimators_", None) or {}
    members: Inner = []
    for name, child in map(_pair, parameters["estimators"]):
        kept = fitted.get(name) if hasattr(fitted, "get") else None
        chosen = child if kept is None or isinstance(kept, str) else kept
        if chosen is not None:
            members.append((str(name), chosen, "member", []))
    final = getattr(part, "final_estimator_", None)
    return members if final is None else [*members, ("final estimator", final, "final", [])]


def _pair(entry: Any) -> tuple[Any, Any]:
    """Return the name and the part in one entry of a list of steps."""
    return (entry[0], entry[1]) if isinstance(entry, tuple | list) and len(entry) >= 2 else ("", None)


def _copies(part: Any) -> int:
    """Return how many fitted copies the part stands for; 0 where it is one."""
    for key in ("estimators_", "calibrated_classifiers_"):
        copies = getattr(part, key, None)
        if copies is not None and not isinstance(_parameters(part).get("estimators"), list):
            return int(getattr(copies, "size", 0) or len(copies))
    return 0


def _names_after(part: Any, names: list[str]) -> list[str]:
    """Return the columns' names after a step, or none where it does not tell."""
    if not names or len(names) > 1000 or not callable(getattr(part, "get_feature_names_out", None)):
        return []
    try:
        return [str(name)[:_LONGEST] for name in list(part.get_feature_names_out(names))[:1000]]
    except Exception:  # each class has reasons of its own not to know; then the columns stay nameless
        return []


def _columns(chosen: Any, known: Any) -> list[str]:
    """Return the names, or else the numbers, of the columns a step works on."""
    if isinstance(chosen, str):
        return [chosen[:_LONGEST]]
    try:
        listed = list(chosen)
    except TypeError:
        return [_text(chosen)]
    if listed and all(type(one).__name__ in {"bool", "bool_"} for one in listed):
        listed = [place for place, one in enumerate(listed) if one]
    if known is not None and all(type(one) is int and -len(known) <= one < len(known) for one in listed):
        listed = [known[one] for one in listed]
    return [str(one)[:_LONGEST] for one in listed[:_MOST_COLUMNS]]


def _text(value: Any) -> str:
    """Return a value as short text."""
    text = " ".join(_repr(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _repr(value: Any) -> str:
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    if getattr(value, "ndim", None) == 0 or type(value).__module__ == "numpy":
        value = value.tolist() if hasattr(value, "tolist") else value
    return repr(value)
