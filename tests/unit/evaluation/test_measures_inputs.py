"""What people give is either measured or answered with a sentence that says what to do."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.measures.inputs import BadInput, Columns, check_columns, sample, scores_of
from evaluation.measures.samples import ClassificationSample, RegressionSample, Task

Y = pd.Series([0, 1, 1, 0], name="churned")
S = pd.Series([0.1, 0.9, 0.4, 0.2], name="p_churn")
SPECIES = pd.Series(["setosa", "virginica", "setosa"], name="species")
TARGET = pd.Series([1.0, 2.0, 3.0], name="price")


def scores(*rows: list[float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["setosa", "virginica"])


BAD: dict[str, tuple[Task, Any, Any, Any, dict[str, Any], str]] = {
    "empty": (Task.BINARY, [], None, [], {}, "There are no rows. Give at least one row"),
    "missing labels": (
        Task.BINARY, pd.Series([0, None, 1, None], name="churned"), None, S, {},
        "Label column 'churned' has no value in row 2 (2 such rows). Remove the rows, or add their labels.",
    ),
    "neither": (Task.BINARY, Y, None, None, {}, "There are neither predictions nor scores."),
    "three labels": (
        Task.BINARY, pd.Series([0, 1, 7, 0], name="churned"), None, S, {},
        "Column 'churned' holds 3 different labels, and a binary task has two; the third, '7' in row 3,",
    ),
    "one label": (
        Task.BINARY, pd.Series([1, 1, 1, 1], name="churned"), None, S, {},
        "Every row of column 'churned' has the label '1'. Give rows with both labels",
    ),
    "unsaid positive": (
        Task.BINARY, pd.Series(["yes", "no", "no", "yes"], name="churned"), None, S, {},
        "Say which label of column 'churned' is the positive one: 'yes' or 'no'.",
    ),
    "wrong positive": (
        Task.BINARY, Y, None, S, {"positive_label": "2"},
        "Column 'churned' never holds the positive label '2'. It holds '0' and '1': choose one of them.",
    ),
    "percentages": (
        Task.BINARY, Y, None, pd.Series([10.0, 90, 0.4, 20], name="p_churn"), {},
        "Score column 'p_churn' should hold probabilities between 0 and 1, and holds '10.0' in row 1 (3 such rows).",
    ),
    "negative score": (
        Task.BINARY, Y, None, pd.Series([0.1, 0.9, -0.4, 0.2], name="p_churn"), {}, "holds '-0.4' in row 3. Give",
    ),
    "score not a number": (
        Task.BINARY, Y, None, pd.Series([0.1, np.nan, 0.4, np.nan], name="p_churn"), {},
        "Score column 'p_churn' has no value in row 2 (2 such rows). Give a number for every row.",
    ),
    "score as text": (
        Task.BINARY, Y, None, pd.Series(["0.1", "high", "0.4", "0.2"], name="p_churn"), {},
        "Score column 'p_churn' should hold numbers, and holds 'high' in row 2.",
    ),
    "lengths": (
        Task.BINARY, Y, None, S[:3], {}, "Column 'p_churn' has 3 rows, and the labels have 4 rows. Give one value",
    ),
    "unknown class": (
        Task.BINARY, Y, pd.Series([0, 1, 3, 0], name="guess"), None, {},
        "Prediction column 'guess' holds an unknown class: '3' in row 3. The known classes are '0', '1'.",
    ),
    "missing prediction": (
        Task.BINARY, Y, pd.Series([0, 1, None, 0], name="guess"), None, {},
        "Prediction column 'guess' has no value in row 3. Give a class for every row.",
    ),
    "many score columns": (
        Task.BINARY, Y, None, pd.DataFrame({"0": S, "1": S}), {}, "A binary task takes one score column",
    ),
    "numbers as classes": (
        Task.MULTICLASS, pd.Series(np.arange(300) / 7, name="price"), np.arange(300), None, {},
        "Column 'price' holds 300 different labels; at most 200 classes are supported.",
    ),
    "one class": (
        Task.MULTICLASS, pd.Series(["a", "a"], name="species"), ["a", "a"], None, {},
        "Every row of column 'species' has the label 'a'. Give rows of at least two classes.",
    ),
    "class unknown to the labels": (
        Task.MULTICLASS, SPECIES, pd.Series(["setosa", "rose", "rose"], name="guess"), None, {},
        "Prediction column 'guess' holds an unknown class: 'rose' in row 2 (2 such rows). The known classes are",
    ),
    "label unknown to the model": (
        Task.MULTICLASS, SPECIES, SPECIES, None, {"classes": ["setosa", "versicolor"]},
        "Label column 'species' holds an unknown class: 'virginica' in row 2.",
    ),
    "one score column": (Task.MULTICLASS, SPECIES, None, [0.1, 0.2, 0.3], {}, "one score column for each class"),
    "scores of too few classes": (
        Task.MULTICLASS, SPECIES, None, scores([1, 0], [0, 1], [1, 0]), {"classes": ["setosa", "virginica", "rose"]},
        "There is no score column for the class 'rose'.",
    ),
    "scores that add up to something": (
        Task.MULTICLASS, SPECIES, None, scores([1, 0], [0.5, 0.9], [1, 0]), {},
        "should add up to 1, and those of row 2 add up to 1.4.",
    ),
    "too few rows of scores": (
        Task.MULTICLASS, SPECIES, None, scores([1, 0]), {}, "The score columns have 1 row, and the labels have 3 rows.",
    ),
    "words as numbers": (
        Task.REGRESSION, pd.Series(["1", "cheap", "3"], name="price"), TARGET, None, {},
        "Label column 'price' should hold numbers, and holds 'cheap' in row 2.",
    ),
    "truth values as numbers": (
        Task.REGRESSION, pd.Series([True, False], name="price"), [1, 2], None, {},
        "Label column 'price' should hold numbers, and holds bool values.",
    ),
    "infinite prediction": (
        Task.REGRESSION, TARGET, pd.Series([1.0, np.inf, -np.inf], name="guess"), None, {},
        "Prediction column 'guess' holds an infinite value in row 2 (2 such rows). Give finite numbers.",
    ),
    "missing number": (
        Task.REGRESSION, TARGET, pd.Series([1.0, 2.0, np.nan], name="guess"), None, {},
        "Prediction column 'guess' has no value in row 3. Give a number for every row.",
    ),
    "no prediction": (Task.REGRESSION, TARGET, None, None, {}, "There are no predictions. Name the column"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_columns_get_a_sentence_that_names_column_row_and_cure(name: str) -> None:
    task, labels, predictions, given, options, sentence = BAD[name]
    with pytest.raises(BadInput) as refused:
        sample(task, labels, predictions, given, **options)
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_missing_label_column_is_answered_with_the_columns_there_are() -> None:
    with pytest.raises(BadInput) as refused:
        check_columns(["a", "b"], Columns(label="target", score="a"))
    assert str(refused.value) == "There is no label column 'target'. The file has 'a', 'b'. Choose one of them."
    with pytest.raises(BadInput, match="There is no column 'c'"):
        check_columns(["a", "b"], Columns(label="a", slices=("c",)))


def test_only_named_columns_are_read_and_class_scores_take_their_class_names() -> None:
    columns = Columns(label="y", class_scores={"cat": "p1", "dog": "p2"}, slices=("age", "y"))
    assert columns.names == ["y", "p1", "p2", "age"]
    table = scores_of(pd.DataFrame({"y": [1], "p1": [0.2], "p2": [0.8], "age": [3]}), columns)
    assert table.to_dict("list") == {"cat": [0.2], "dog": [0.8]}


@pytest.mark.parametrize(
    ("labels", "positive"),
    [([0, 1, 1], None), ([0.0, 1.0, 1.0], "1"), ([False, True, True], "True"), (["no", "yes", "yes"], "yes")],
)
def test_the_positive_label_is_found_however_it_is_spelt(labels: list[Any], positive: str | None) -> None:
    found = sample(Task.BINARY, labels, None, [0.2, 0.9, 0.4], positive_label=positive)
    assert isinstance(found, ClassificationSample)
    assert found.truth.tolist() == [0, 1, 1]
    assert found.predicted.tolist() == [0, 1, 0]


def test_predictions_may_spell_numbers_differently_from_labels() -> None:
    found = sample(Task.BINARY, [0, 1, 1], [0.0, 1.0, 0.0])
    assert isinstance(found, ClassificationSample)
    assert found.confusion.tolist() == [[1, 0], [1, 1]]


def test_a_class_without_rows_may_be_predicted_when_the_model_is_known_to_have_it() -> None:
    found = sample(Task.MULTICLASS, SPECIES, ["setosa", "rose", "rose"], classes=["rose", "setosa", "virginica"])
    assert isinstance(found, ClassificationSample)
    assert found.confusion.tolist() == [[0, 0, 0], [1, 1, 0], [1, 0, 0]]


def test_numbers_may_come_as_text() -> None:
    found = sample(Task.REGRESSION, ["1", "2.5"], [1, 2])
    assert isinstance(found, RegressionSample)
    assert found.errors.tolist() == [0.0, -0.5]
