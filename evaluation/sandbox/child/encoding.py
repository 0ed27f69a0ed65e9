"""Turns predictions into plain little-endian numbers: the parent then needs no parser for what a model returned."""

from typing import Any  # NumPy arrays of whatever type the model returned

import numpy as np

from evaluation.sandbox.child.answers import Answer, Outcome, Refusal, codes


def encode(outcome: Outcome, task: str, rows: int) -> Answer:
    """Return the predictions as a message, or refuse those that are not one value per row."""
    values = _one_per_row(outcome.values, rows, "predictions")
    header: dict[str, Any] = {
        "status": "done",
        "rows": rows,
        "ignored": outcome.ignored[:200],
        "versions": outcome.notes,
        "score_columns": 0,
        "score_kind": None,
        "labels": None,
        "classes": 0,
    }
    if task == "regression":
        return Answer(header, _numbers(values).tobytes())
    labels, places = codes(values.tolist(), [] if outcome.classes is None else list(outcome.classes))
    body = np.asarray(places, dtype="<i4").tobytes()
    header["labels"] = labels
    header["classes"] = len(outcome.classes or ())
    if outcome.scores is not None:
        scores = _numbers(np.asarray(outcome.scores))
        scores = scores.reshape(rows, -1) if scores.ndim <= 2 and scores.size % max(rows, 1) == 0 else None
        if scores is None:
            raise Refusal("wrong_shape", what="scores", shape=str(np.shape(outcome.scores)), rows=rows)
        header |= {"score_columns": scores.shape[1], "score_kind": outcome.score_kind}
        body += np.ascontiguousarray(scores).tobytes()
    return Answer(header, body)


def _one_per_row(values: Any, rows: int, what: str) -> Any:
    """Return the values as one column."""
    array = np.asarray(values)
    if array.shape not in {(rows,), (rows, 1)}:
        raise Refusal("wrong_shape", what=what, shape=str(array.shape), rows=rows)
    return array.reshape(rows)


def _numbers(values: Any) -> Any:
    """Return the values as floating-point numbers, or refuse."""
    try:
        return np.asarray(values).astype("<f8")
    except (TypeError, ValueError) as reason:
        raise Refusal("not_numbers", type=str(np.asarray(values).dtype)) from reason
