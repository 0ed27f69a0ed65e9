"""Checks what a model answered, and keeps it as plain arrays."""

import math
from dataclasses import dataclass
from typing import Any, Literal  # a JSON header's values are checked one by one below

import numpy as np
from numpy.typing import NDArray

from evaluation.sandbox.errors import ModelFailed
from evaluation.sandbox.replies import Reply
from evaluation.sandbox.walls import Tier
from registry.formats import ArtifactFormat

Task = Literal["binary", "multiclass", "regression"]
Label = bool | int | float | str
ScoreKind = Literal["probability", "decision"]


@dataclass(frozen=True)
class Predictions:
    """One prediction per row, in the rows' order."""

    values: NDArray[Any]
    """Floats for regression, else an object array of class labels."""
    scores: NDArray[np.float64] | None
    """Rows by classes; a binary model's decision scores have a single column, for the second class."""
    classes: tuple[Label, ...] | None
    """The labels of the score columns in order, where the model tells them."""
    score_kind: ScoreKind | None
    ignored_columns: tuple[str, ...]
    trained_with: tuple[str, ...]
    """The scikit-learn versions the model was saved with, where they differ from ours."""
    format: ArtifactFormat
    tier: Tier
    seconds: float


def most_bytes(rows: int, classes: int) -> int:
    """Return the size no honest answer exceeds."""
    return rows * max(classes, 2) * 16 + 1024 * 1024


def read(reply: Reply, *, rows: int, task: Task, found: ArtifactFormat, tier: Tier, seconds: float) -> Predictions:
    """Return the reply as predictions, or raise ModelFailed when it is not exactly one finite prediction per row."""
    header, body = reply.header, reply.body
    if header.get("rows") != rows:
        raise ModelFailed(f"The model answered for {header.get('rows')!s:.20} rows, but the snapshot has {rows:,}.")
    if task == "regression":
        values, labels, scores = _numbers(body, rows), None, None
    else:
        labels = _labels(header.get("labels"))
        values = _chosen(body[: rows * 4], labels, rows)
        scores = _scores(body[rows * 4 :], header, rows)
    return Predictions(
        values=values,
        scores=scores,
        classes=None if labels is None else _classes(labels, header),
        score_kind=None if scores is None else _kind(header.get("score_kind"), scores),
        ignored_columns=_texts(header.get("ignored")),
        trained_with=_texts(header.get("versions")),
        format=found,
        tier=tier,
        seconds=seconds,
    )


def _numbers(body: bytes, rows: int) -> NDArray[np.float64]:
    """Return one finite number per row."""
    if len(body) != rows * 8:
        raise _wrong_size()
    values = np.frombuffer(body, dtype="<f8")
    _ensure_finite(values, "predicted")
    return values


def _chosen(body: bytes, labels: list[Label], rows: int) -> NDArray[Any]:
    """Return one class label per row."""
    if len(body) != rows * 4:
        raise _wrong_size()
    places = np.frombuffer(body, dtype="<i4")
    if rows and (places.max() >= len(labels) or places.min() < -1):
        raise _wrong_size()
    missing = np.flatnonzero(places == -1)
    if missing.size:
        raise ModelFailed(_missing_sentence("predicted", missing, rows))
    names = np.empty(len(labels), dtype=object)
    names[:] = labels
    return names[places]


def _scores(body: bytes, header: dict[str, Any], rows: int) -> NDArray[np.float64] | None:
    """Return the finite scores, one row each."""
    columns = header.get("score_columns")
    if type(columns) is not int or columns < 0 or len(body) != rows * columns * 8:
        raise _wrong_size()
    if columns == 0:
        return None
    scores = np.frombuffer(body, dtype="<f8").reshape(rows, columns)
    _ensure_finite(scores, "gave a score")
    return scores


def _ensure_finite(values: NDArray[np.float64], verb: str) -> None:
    """Raise when a value is missing or infinite, and say where the first one is."""
    wrong = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1)) if values.size else values
    if wrong.size:
        raise ModelFailed(_missing_sentence(verb, wrong, len(values)))


def _missing_sentence(verb: str, wrong: NDArray[Any], rows: int) -> str:
    """Return the sentence about missing predictions."""
    return (
        f"The model {verb} a value that is missing or infinite for {wrong.size:,} of {rows:,} rows, first in row "
        f"{wrong[0] + 1:,}. Look at the inputs of that row, or repair the model and register a new version."
    )


def _labels(names: object) -> list[Label]:
    """Return the labels after checking that they are plain values."""
    if not isinstance(names, list) or not all(isinstance(name, bool | int | float | str) for name in names):
        raise _wrong_size()
    if not all(math.isfinite(name) for name in names if isinstance(name, float)):
        raise _wrong_size()
    return names


def _classes(labels: list[Label], header: dict[str, Any]) -> tuple[Label, ...] | None:
    """Return the model's own classes, which come first among the labels."""
    count = header.get("classes")
    if type(count) is not int or not 0 <= count <= len(labels):
        raise _wrong_size()
    columns = header.get("score_columns")
    if columns and columns != count and not (columns == 1 and count == 2):
        raise ModelFailed(f"The model gave {columns} scores per row for {count} classes.")
    return tuple(labels[:count]) or None


def _kind(kind: object, scores: NDArray[np.float64]) -> ScoreKind:
    """Return what the scores mean; probabilities must look like some."""
    if kind == "decision":
        return "decision"
    if kind != "probability":
        raise _wrong_size()
    if scores.size and (scores.min() < -1e-9 or scores.max() > 1 + 1e-9):
        raise ModelFailed("The model gave probabilities outside 0 and 1. Repair the model and register a new version.")
    return "probability"


def _texts(values: object) -> tuple[str, ...]:
    """Return a list of names as short printable texts."""
    if not isinstance(values, list):
        return ()
    return tuple("".join(letter for letter in str(value)[:500] if letter.isprintable()) for value in values[:200])


def _wrong_size() -> ModelFailed:
    """Return the reason for an answer of the wrong shape."""
    return ModelFailed("The model did not answer with one prediction per row of the snapshot. Nothing was kept.")
