"""Answers for the few example rows that stand beside a model's outline."""

import math
from collections.abc import Callable
from typing import Any  # values come from libraries without types

import numpy as np

from evaluation.sandbox.child.answers import Outcome, Refusal, plain_label

MOST_ROWS = 5
_MOST_SCORES = 20
_LONGEST = 200


def example(ask: Callable[[], Outcome]) -> dict[str, Any]:
    """Return the model's answer for each row, or why there is none: an outline is worth having without."""
    try:
        outcome = ask()
        return {"answers": _answers(outcome)}
    except Refusal as refusal:
        return {"problem": refusal.header()}
    except MemoryError:
        raise
    except Exception as reason:  # a model may raise anything
        return {"problem": Refusal("failed", reason=f"{type(reason).__name__}: {reason}").header()}


def _answers(outcome: Outcome) -> list[dict[str, Any]]:
    values = np.asarray(outcome.values)[:MOST_ROWS]
    if values.ndim > 1 and values.size == len(values):
        values = values.reshape(-1)
    scores = (
        None if outcome.scores is None else np.asarray(outcome.scores, dtype=float).reshape(len(outcome.values), -1)
    )
    classes = [str(plain_label(one))[:_LONGEST] for one in (outcome.classes or [])]
    told = []
    for place, value in enumerate(values.tolist()):
        row: dict[str, Any] = {"answer": _plain(value)}
        if scores is not None and outcome.score_kind == "probability" and scores.shape[1] == len(classes):
            pairs = zip(classes[:_MOST_SCORES], scores[place].tolist(), strict=False)
            row["probabilities"] = {name: _plain(score) for name, score in pairs}
        told.append(row)
    return told


def _plain(value: object) -> object:
    """Return a value as JSON knows it, numbers to six digits."""
    if isinstance(value, list):
        return [_plain(one) for one in value[:_MOST_SCORES]]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    plain = plain_label(value)
    return plain[:_LONGEST] if isinstance(plain, str) else plain
