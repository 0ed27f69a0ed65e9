"""Steps from what was written beside a model, where nobody may look into its file: MLflow's description and params."""

import re
from collections.abc import Mapping
from typing import Any  # MLflow's description is JSON of many shapes

from registry.outlining.steps import Outline, Role, Step, text

_PART = re.compile(r"(?s)^([A-Za-z_][A-Za-z0-9_.]*)\(.*\)$")
_MOST_PARTS = 60
_PIPELINES = ("Pipeline",)
_ASKED = ("VotingClassifier", "VotingRegressor", "StackingClassifier", "StackingRegressor")
_BESIDE = ("ColumnTransformer", "FeatureUnion")
# What autologging writes down for a whole list of parts; the parts themselves follow by name.
_LISTS = ("steps", "transformers", "transformer_list", "estimators")


def describe(
    *,
    class_name: str,
    params: Mapping[str, str],
    flavors: Mapping[str, Any],
    signature: Mapping[str, Any] | None,
) -> Outline:
    """What can be said without opening the file; an outline without steps where nothing was written."""
    steps = _steps(class_name, {text(key): text(value) for key, value in params.items()}, flavors)
    return Outline(steps=steps, inputs=_columns(signature, "inputs"))


def library_of(flavors: Mapping[str, Any]) -> str:
    """The library that MLflow's description names, with its version."""
    for name, flavor in sorted(flavors.items()):
        if name != "python_function" and isinstance(flavor, dict):
            version = next((str(value) for key, value in flavor.items() if key.endswith("_version")), "")
            return text(f"{name} {version}".strip())[:120]
    return ""


def _steps(class_name: str, params: dict[str, str], flavors: Mapping[str, Any]) -> tuple[Step, ...]:
    if class_name or params:
        return (_part("model", text(class_name) or "model", params, Role.STEP, 0),)
    named = [name for name, flavor in sorted(flavors.items()) if name != "python_function" and isinstance(flavor, dict)]
    return tuple(Step("model", f"a model of {text(name)}", _plain(flavors[name])) for name in named[:3])


def _part(name: str, class_name: str, params: dict[str, str], role: Role, depth: int) -> Step:
    """A part with its own parameters, and the parts whose parameters are named after them with two underscores."""
    own = {key: value for key, value in params.items() if "__" not in key and key not in _LISTS}
    parts = {key: found.group(1) for key, value in own.items() if (found := _PART.match(value)) and depth < 6}
    inside = _role_inside(class_name)
    steps = []
    for key in _in_order(parts, params)[:_MOST_PARTS]:
        below = {rest: value for full, value in params.items() if (rest := _below(key, full))}
        steps.append(_part(key, parts[key], below, inside, depth + 1))
    shown = {key: value for key, value in own.items() if key not in parts}
    return Step(name, class_name, shown, steps=tuple(steps), role=role)


def _role_inside(class_name: str) -> Role:
    short = class_name.rpartition(".")[2]
    if short in _PIPELINES:
        return Role.STEP
    if short in _BESIDE:
        return Role.BRANCH
    return Role.MEMBER if short in _ASKED else Role.INNER


def _below(key: str, full: str) -> str:
    return full.removeprefix(f"{key}__") if full.startswith(f"{key}__") else ""


def _in_order(parts: Mapping[str, str], params: Mapping[str, str]) -> list[str]:
    """The parts in the order in which the list of all of them names them, as far as it does."""
    listed = next((params[key] for key in _LISTS if key in params), "")
    places = {key: listed.find(f"'{key}'") for key in parts}
    return sorted(parts, key=lambda key: (places[key] < 0, places[key], key))


def _columns(signature: Mapping[str, Any] | None, key: str) -> tuple[str, ...]:
    told = (signature or {}).get(key)
    if not isinstance(told, list):
        return ()
    return tuple(text(one["name"]) for one in told[:1000] if isinstance(one, dict) and one.get("name"))


def _plain(flavor: Mapping[str, Any]) -> dict[str, str]:
    return {text(key): text(value) for key, value in list(flavor.items())[:20] if isinstance(value, str | int | float)}
