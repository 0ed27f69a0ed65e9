"""From the columns people give to a sample that can be measured, or a sentence saying what to repair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from evaluation.measures.samples import (
    ClassificationSample,
    Indices,
    Numbers,
    RegressionSample,
    Sample,
    Task,
)

MOST_CLASSES = 200
SUM_TOLERANCE = 0.01

# A pandas Series keeps its column's name for the messages; anything else that numpy can read is welcome.
Column = Any


class BadInput(Exception):
    """The columns cannot be measured; the message says which, where, and what to do."""


@dataclass(frozen=True)
class Columns:
    """Which columns of a table mean what."""

    label: str
    prediction: str | None = None
    score: str | None = None
    # Class to column, for a multiclass task.
    class_scores: Mapping[str, str] = field(default_factory=dict)
    slices: Sequence[str] = ()
    baseline: str | None = None

    @property
    def names(self) -> list[str]:
        """Every column that has to be read, once."""
        named = [self.label, self.prediction, self.score, self.baseline]
        every = [*named, *self.class_scores.values(), *self.slices]
        return list(dict.fromkeys(name for name in every if name))


def check_columns(present: Sequence[str], columns: Columns) -> None:
    """Refuse a table that lacks a named column, before any of it is read."""
    missing = [name for name in columns.names if name not in present]
    if not missing:
        return
    listed = ", ".join(f"'{name}'" for name in list(present)[:20])
    more = f" and {len(present) - 20} more" if len(present) > 20 else ""
    label = "label column" if columns.label in missing else "column"
    raise BadInput(f"There is no {label} '{missing[0]}'. The file has {listed}{more}. Choose one of them.")


def scores_of(frame: pd.DataFrame, columns: Columns) -> Any:
    """The score column, or a table with one column per class, or None."""
    if columns.class_scores:
        return pd.DataFrame({name: frame[column] for name, column in columns.class_scores.items()})
    return frame[columns.score] if columns.score else None


def sample(
    task: Task,
    labels: Column,
    predictions: Column | None = None,
    scores: Column | None = None,
    *,
    positive_label: str | None = None,
    classes: Sequence[str] | None = None,
    threshold: float = 0.5,
) -> Sample:
    """A checked sample; `scores` is one column of probabilities, or for many classes one column for each."""
    labels = _series(labels, "label")
    if len(labels) == 0:
        raise BadInput("There are no rows. Give at least one row with a label and a prediction.")
    _refuse_missing(labels, "label", "Remove the rows, or add their labels.")
    if task is Task.REGRESSION:
        return _regression(labels, predictions)
    if predictions is None and scores is None:
        raise BadInput("There are neither predictions nor scores. Name the column that holds them.")
    if task is Task.BINARY:
        return _binary(labels, predictions, scores, positive_label=positive_label, threshold=threshold)
    return _multiclass(labels, predictions, scores, classes=classes)


def check_length(values: Column, default: str, rows: int) -> pd.Series:
    """A column as long as the labels."""
    series = _series(values, default)
    if len(series) != rows:
        raise BadInput(
            f"Column '{series.name}' has {_rows(len(series))}, and the labels have {_rows(rows)}. "
            "Give one value for each label, in the same order."
        )
    return series


def numbers(series: pd.Series, role: str) -> Numbers:
    """The column as finite numbers."""
    if pd.api.types.is_bool_dtype(series) or pd.api.types.is_datetime64_any_dtype(series):
        raise BadInput(f"{_named(series, role)} should hold numbers, and holds {series.dtype} values.")
    values = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.isnan(values) & series.notna().to_numpy()
    # A float column's own NaN is missing, text such as "abc" is not a number.
    if wrong.any():
        raise BadInput(
            f"{_named(series, role)} should hold numbers, and holds {_quoted(series, wrong)}. "
            "Remove or correct the value, or choose another column or task."
        )
    if (unknown := np.isnan(values)).any():
        raise BadInput(f"{_named(series, role)} {_empty(unknown)}. Give a number for every row.")
    if (endless := np.isinf(values)).any():
        raise BadInput(f"{_named(series, role)} holds an infinite value in {_where(endless)}. Give finite numbers.")
    return values


def class_key(value: object) -> str:
    """One spelling for values that mean the same class: 1, 1.0 and True, in a file or in a form."""
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _regression(labels: pd.Series, predictions: Column | None) -> RegressionSample:
    if predictions is None:
        raise BadInput("There are no predictions. Name the column that holds them.")
    truth = numbers(labels, "label")
    return RegressionSample(truth, predicted_numbers(predictions, len(truth)))


def predicted_numbers(predictions: Column, rows: int, default: str = "prediction") -> Numbers:
    """Predictions of a regression, checked."""
    return numbers(check_length(predictions, default, rows), default)


def _binary(
    labels: pd.Series,
    predictions: Column | None,
    scores: Column | None,
    *,
    positive_label: str | None,
    threshold: float,
) -> ClassificationSample:
    codes, found = _coded(labels)
    if len(found) > 2:
        third = codes == _third(codes)
        raise BadInput(
            f"Column '{labels.name}' holds {len(found)} different labels, and a binary task has two; "
            f"the third, {_quoted(labels, third)}, is one of them. Choose the multiclass task or another column."
        )
    if len(found) == 1:
        raise BadInput(
            f"Every row of column '{labels.name}' has the label '{found[0]}'. "
            "Give rows with both labels, so that mistakes of both kinds can be seen."
        )
    positive = _positive(found, positive_label, str(labels.name))
    classes = (found[1 - positive], found[positive])
    truth = (codes == positive).astype(np.int8)
    checked = None if scores is None else probabilities(scores, len(truth))
    if predictions is None and checked is not None:
        predicted = (checked >= threshold).astype(np.int8)
    else:
        predicted = predicted_classes(predictions, classes, len(truth)).astype(np.int8)
    return ClassificationSample(Task.BINARY, classes, truth, predicted, checked)


def _multiclass(
    labels: pd.Series, predictions: Column | None, scores: Column | None, *, classes: Sequence[str] | None
) -> ClassificationSample:
    codes, found = _coded(labels)
    if len(found) > MOST_CLASSES:
        raise BadInput(
            f"Column '{labels.name}' holds {len(found):,} different labels; at most {MOST_CLASSES} classes are "
            "supported. If it is a number to predict, choose the regression task."
        )
    if len(found) == 1:
        raise BadInput(
            f"Every row of column '{labels.name}' has the label '{found[0]}'. Give rows of at least two classes."
        )
    table = None if scores is None else _score_table(scores, len(labels))
    given = classes or (None if table is None else list(table.columns))
    known = tuple(class_key(name) for name in given) if given else tuple(_in_order(found))
    position = {name: index for index, name in enumerate(known)}
    _refuse_unknown(labels, codes, found, position, "label")
    truth = np.array([position[name] for name in found], dtype=np.int16)[codes]
    matrix = None if table is None else _score_matrix(table, known)
    if predictions is None and matrix is not None:
        predicted = matrix.argmax(axis=1).astype(np.int16)
    else:
        predicted = predicted_classes(predictions, known, len(truth)).astype(np.int16)
    return ClassificationSample(Task.MULTICLASS, known, truth, predicted, matrix)


def predicted_classes(predictions: Column, classes: Sequence[str], rows: int, default: str = "prediction") -> Indices:
    """Predicted classes as positions, every one of them known."""
    series = check_length(predictions, default, rows)
    _refuse_missing(series, default, "Give a class for every row.")
    codes, found = _coded(series)
    position = {name: index for index, name in enumerate(classes)}
    _refuse_unknown(series, codes, found, position, default)
    return np.array([position[name] for name in found])[codes]


def probabilities(scores: Column, rows: int, default: str = "score") -> Numbers:
    """Scores that are probabilities, checked."""
    if isinstance(scores, pd.DataFrame):
        raise BadInput("A binary task takes one score column: the probability of the positive label. Name that one.")
    series = check_length(scores, default, rows)
    values = numbers(series, default)
    outside = (values < 0) | (values > 1)
    if outside.any():
        raise BadInput(
            f"{_named(series, default)} should hold probabilities between 0 and 1, and holds "
            f"{_quoted(series, outside)}. Give the probability itself, not a percentage, logit or margin."
        )
    return values


def _score_table(scores: Column, rows: int) -> pd.DataFrame:
    if not isinstance(scores, pd.DataFrame):
        raise BadInput("A multiclass task takes one score column for each class. Name the column of every class.")
    if len(scores) != rows:
        raise BadInput(
            f"The score columns have {_rows(len(scores))}, and the labels have {_rows(rows)}. "
            "Give one row of scores for each label, in the same order."
        )
    return scores.rename(columns=class_key)


def _score_matrix(table: pd.DataFrame, classes: Sequence[str]) -> Numbers:
    missing = [name for name in classes if name not in table.columns]
    if missing:
        raise BadInput(f"There is no score column for the class '{missing[0]}'. Name one for each class.")
    matrix = np.column_stack([probabilities(table[name], len(table)) for name in classes])
    sums = matrix.sum(axis=1)
    wrong = np.abs(sums - 1) > SUM_TOLERANCE
    if wrong.any():
        first = int(np.argmax(wrong))
        raise BadInput(
            f"The scores of one row should add up to 1, and those of row {first + 1} add up to {sums[first]:.3g}"
            f"{_others(wrong)}. Name the probability column of every class."
        )
    return matrix


def _positive(found: list[str], positive_label: str | None, name: str) -> int:
    """The position of the positive label, said by people or obvious."""
    if positive_label is not None and str(positive_label) != "":
        wanted = class_key(positive_label)
        # Someone who reads True in a file types True in the form.
        wanted = {"True": "1", "False": "0"}.get(wanted, wanted) if wanted not in found else wanted
        if wanted in found:
            return found.index(wanted)
        raise BadInput(
            f"Column '{name}' never holds the positive label '{positive_label}'. "
            f"It holds '{found[0]}' and '{found[1]}': choose one of them."
        )
    if sorted(found) == ["0", "1"]:
        return found.index("1")
    raise BadInput(f"Say which label of column '{name}' is the positive one: '{found[0]}' or '{found[1]}'.")


def _series(values: Column, default: str) -> pd.Series:
    if isinstance(values, pd.Series):
        named = values if values.name is not None else values.rename(default)
        return named.reset_index(drop=True)
    return pd.Series(np.asarray(values), name=default)


def _coded(series: pd.Series) -> tuple[Indices, list[str]]:
    """Positions in the distinct classes, merging spellings of the same class."""
    codes, values = pd.factorize(series)
    keys = [class_key(value) for value in values]
    found = list(dict.fromkeys(keys))
    if len(found) < len(keys):
        codes = np.array([found.index(key) for key in keys])[codes]
    return np.asarray(codes), found


def _in_order(found: list[str]) -> list[str]:
    """Classes as people would list them: numbers by size, words by alphabet."""
    if all(name.lstrip("-").isdigit() for name in found):
        return sorted(found, key=int)
    return sorted(found)


def _refuse_unknown(series: pd.Series, codes: Indices, found: list[str], known: Mapping[str, int], role: str) -> None:
    unknown = [index for index, name in enumerate(found) if name not in known]
    if not unknown:
        return
    rows = np.isin(codes, unknown)
    listed = ", ".join(f"'{name}'" for name in list(known)[:8]) + (", …" if len(known) > 8 else "")
    raise BadInput(
        f"{_named(series, role)} holds an unknown class: {_quoted(series, rows)}. The known classes are {listed}. "
        "Correct the value, or list the class among the model's classes."
    )


def _refuse_missing(series: pd.Series, role: str, cure: str) -> None:
    missing = series.isna().to_numpy()
    if missing.any():
        raise BadInput(f"{_named(series, role)} {_empty(missing)}. {cure}")


def _third(codes: Indices) -> int:
    """The code that first shows there are more than two."""
    return 2 if int(codes.max()) >= 2 else int(codes.max())


def _named(series: pd.Series, role: str) -> str:
    return f"{role.capitalize()} column '{series.name}'"


def _empty(rows: Indices) -> str:
    return f"has no value in {_where(rows)}"


def _quoted(series: pd.Series, rows: Indices) -> str:
    text = str(series.iloc[int(np.argmax(rows))])
    short = text if len(text) <= 40 else f"{text[:39]}…"
    return f"'{short}' in {_where(rows)}"


def _where(rows: Indices) -> str:
    """The first row, counted from 1 as data rows are, and how many there are."""
    return f"row {int(np.argmax(rows)) + 1:,}{_others(rows)}"


def _others(rows: Indices) -> str:
    count = int(np.sum(rows))
    return "" if count == 1 else f" ({count:,} such rows)"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
