"""Reads what a script logged as texts: hyperparameters with their types, seeds, and how a search chose among them."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

_WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})")
# With a point or an exponent: digits alone that are too many, or begin with 0, are rather a name.
_NUMBER = re.compile(r"-?((0|[1-9]\d*)\.\d*|\.\d+|(0|[1-9]\d*)(?=[eE]))([eE][+-]?\d+)?")
_SEED = re.compile(r"(^|[._]|__)(random_state|random_seed|seed)$", re.IGNORECASE)
_WORDS: dict[str, Any] = {"True": True, "False": False, "true": True, "false": False, "None": None}
_SPACES = ("param_grid", "param_distributions", "search_space", "param_space")
_LONGEST = 6_000
_LARGEST = 48 * 1024
_BEST = "best_"


def typed(text: str) -> Any:  # Any: a number, a yes or no, nothing, or the text itself
    """The value that a text stands for where only one can be meant; else the text."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def hyperparameters(params: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Parameters with their types, and the names of those too long to be kept with a version; the run keeps them."""
    kept: dict[str, Any] = {}
    left, size = [], 0
    for key in sorted(params):
        size += len(key) + len(params[key]) + 8
        if len(params[key]) > _LONGEST or size > _LARGEST:
            left.append(key)
        else:
            kept[key] = typed(params[key])
    return kept, left


def seeds(params: Mapping[str, str]) -> dict[str, int]:
    """What the script seeded, with what: whole numbers under names such as random_state, seed or split_seed."""
    found = {key: typed(value) for key, value in params.items() if _SEED.search(key)}
    return {key[:100]: value for key, value in sorted(found.items()) if type(value) is int}


def search(
    params: Mapping[str, str], *, method: str, children: Sequence[Mapping[str, str]], candidates: int = 0
) -> dict[str, Any] | None:
    """How hyperparameters were searched; None where nothing speaks of a search.

    `children` are the parameters of the runs nested in the search, `candidates` how many were tried where a table says.
    """
    best = {key.removeprefix(_BEST): typed(value) for key, value in sorted(params.items()) if key.startswith(_BEST)}
    space = next((_parsed(params[key]) for key in _SPACES if params.get(key)), None)
    if not best and not children:
        return None
    return {
        "method": method or ("nested runs" if children else ""),
        "space": space if space is not None else _varied(children),
        "candidates": candidates or _asked_for(params, space) or len(children),
        "best": best,
    }


def _asked_for(params: Mapping[str, str], space: Any) -> int:
    """How many candidates a search was told to try: a number of draws, or every point of its grids."""
    drawn = typed(params.get("n_iter", ""))
    if type(drawn) is int:
        return drawn
    grids = space if isinstance(space, list) else [space]
    if not all(isinstance(grid, dict) and all(isinstance(one, list) for one in grid.values()) for grid in grids):
        return 0
    return sum(math.prod(len(one) for one in grid.values()) for grid in grids)


def _varied(children: Sequence[Mapping[str, str]]) -> dict[str, list[Any]]:
    values: dict[str, list[Any]] = {}
    for child in children:
        for key, text in child.items():
            tried = values.setdefault(key, [])
            if typed(text) not in tried:
                tried.append(typed(text))
    return {key: tried[:50] for key, tried in sorted(values.items()) if len(tried) > 1}


def _parsed(text: str) -> Any:
    # Python writes a grid nearly as JSON; what is not quite JSON stays the text it is.
    try:
        return json.loads(text.replace("'", '"'), parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        return text[:_LONGEST]
