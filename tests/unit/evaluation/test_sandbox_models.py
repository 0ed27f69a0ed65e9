"""Honest models give the predictions they give outside; dishonest and unfitting ones are refused in plain words."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import skops.io
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from evaluation.sandbox import client
from evaluation.sandbox.errors import (
    ModelFailed,
    ModelForbidden,
    ModelMismatch,
    ModelUnreadable,
    SandboxOutOfMemory,
    SandboxRefused,
)
from evaluation.sandbox.limits import LEAST_MEMORY, Limits
from evaluation.sandbox.walls import Tier
from registry.formats import ArtifactFormat
from tests import hostile

walls = pytest.mark.parametrize("tier", [Tier.A, Tier.B])
Saver = Callable[[object, str], Path]
TYPES = [
    ("age", FloatTensorType([None, 1])),
    ("income", FloatTensorType([None, 1])),
    ("region", StringTensorType([None, 1])),
]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Sixty people with two numbers and a word each."""
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "age": random.integers(18, 90, 60),
            "income": random.normal(3000, 900, 60),
            "region": random.choice(["north", "south"], 60),
        }
    )


@pytest.fixture(scope="module")
def outcome(table) -> np.ndarray:
    """Whether they bought, as words."""
    return np.where(table["age"] * 40 + table["income"] > 5000, "yes", "no")


@pytest.fixture(scope="module")
def pipeline(table, outcome) -> Pipeline:
    """A pipeline over numbers and words."""
    columns = ColumnTransformer(
        [("numbers", StandardScaler(), ["age", "income"]), ("words", OneHotEncoder(), ["region"])]
    )
    return Pipeline([("columns", columns), ("model", LogisticRegression(C=0.5))]).fit(table, outcome)


@pytest.fixture
def save(tmp_path) -> Saver:
    """Save an object in a format."""

    def save(thing: object, kind: str) -> Path:
        path = tmp_path / f"model.{kind}"
        if kind == "skops":
            skops.io.dump(thing, path)
        elif kind == "joblib":
            joblib.dump(thing, path, compress=3)
        elif kind == "pkl":
            path.write_bytes(pickle.dumps(thing))
        else:
            path.write_bytes(thing.SerializeToString())
        return path

    return save


def predict(path: Path, features: object, task: str = "binary", **options: object) -> client.Predictions:
    """Ask for predictions, code allowed."""
    return client.predict(path, features, task=task, **({"allow_code": True} | options))


def test_a_pipeline_saved_with_skops_predicts_as_outside(pipeline, table, save):
    got = predict(save(pipeline, "skops"), table.assign(id=range(60)), tier=Tier.A, allow_code=False)

    assert got.values.tolist() == pipeline.predict(table).tolist()
    np.testing.assert_allclose(got.scores, pipeline.predict_proba(table), rtol=1e-12)
    assert (got.classes, got.score_kind, got.tier) == (("no", "yes"), "probability", Tier.A)
    assert got.ignored_columns == ("id",)
    assert got.format is ArtifactFormat.SKOPS


def test_gradient_boosting_saved_with_skops_predicts_as_outside(table, outcome, save):
    numbers = table[["age", "income"]]
    model = HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5).fit(numbers, outcome)

    got = predict(save(model, "skops"), pa.Table.from_pandas(numbers), tier=Tier.B, allow_code=False)

    np.testing.assert_allclose(got.scores, model.predict_proba(numbers), rtol=1e-12)


def test_a_forest_with_many_workers_saved_with_joblib_predicts_three_classes(table, save):
    numbers, classes = table[["age", "income"]], table["age"] // 30
    model = RandomForestClassifier(10, n_jobs=2, random_state=0).fit(numbers, classes)

    got = predict(save(model, "joblib"), numbers, "multiclass", tier=Tier.B)

    assert got.values.tolist() == model.predict(numbers).tolist()
    np.testing.assert_allclose(got.scores, model.predict_proba(numbers), rtol=1e-12)
    assert got.classes == tuple(sorted(set(classes)))


def test_a_regressor_trained_on_bare_arrays_predicts_numbers(table, save):
    rows = table[["age", "income"]].to_numpy()
    model = RandomForestRegressor(5, random_state=0).fit(rows, rows[:, 1])

    got = predict(save(model, "joblib"), table[["age", "income"]], "regression", tier=Tier.A)

    np.testing.assert_allclose(got.values, model.predict(rows), rtol=1e-12)
    assert got.scores is None


def test_a_model_without_probabilities_gives_decision_scores(table, outcome, save):
    numbers = table[["age", "income"]]
    model = LinearSVC().fit(numbers, outcome)

    got = predict(save(model, "pkl"), numbers)

    np.testing.assert_allclose(got.scores[:, 0], model.decision_function(numbers), rtol=1e-12)
    assert (got.score_kind, got.classes) == ("decision", ("no", "yes"))


@pytest.mark.parametrize("zipmap", [True, False])
@walls
def test_onnx_with_one_wide_input_predicts_as_outside(table, outcome, save, zipmap, tier):
    numbers = table[["age", "income"]].to_numpy(dtype=np.float32)
    model = LogisticRegression().fit(numbers, outcome)
    path = save(to_onnx(model, numbers[:1], options={"zipmap": zipmap}), "onnx")

    got = predict(path, table[["age", "income"]], tier=tier, allow_code=False)

    assert got.values.tolist() == model.predict(numbers).tolist()
    np.testing.assert_allclose(got.scores, model.predict_proba(numbers), atol=1e-4)
    assert got.classes == ("no", "yes")


def test_onnx_with_one_input_per_column_finds_them_by_name(pipeline, table, save):
    path = save(to_onnx(pipeline, initial_types=TYPES, options={"zipmap": False}), "onnx")

    got = predict(path, table[["region", "income", "age"]].assign(id=1), allow_code=False)

    assert got.values.tolist() == pipeline.predict(table).tolist()
    assert got.ignored_columns == ("id",)
    with pytest.raises(ModelMismatch, match=r"expects the columns age, income, region; the snapshot lacks region\."):
        predict(path, table[["age", "income"]])


def test_onnx_regression_predicts_numbers(table, save):
    numbers = table[["age", "income"]].to_numpy(dtype=np.float32)
    model = LinearRegression().fit(numbers, numbers[:, 0] * 2)

    got = predict(save(to_onnx(model, numbers[:1]), "onnx"), table[["age", "income"]], "regression")

    np.testing.assert_allclose(got.values, numbers[:, 0] * 2, rtol=1e-3)


def test_onnx_refuses_another_number_of_columns_and_words_for_numbers(table, outcome, save):
    numbers = table[["age", "income"]].to_numpy(dtype=np.float32)
    path = save(to_onnx(LogisticRegression().fit(numbers, outcome), numbers[:1]), "onnx")

    with pytest.raises(ModelMismatch, match="expects 2 columns and does not say which; the snapshot gives 1"):
        predict(path, table[["age"]])
    with pytest.raises(ModelMismatch, match="expects the column region as float"):
        predict(path, table[["age", "region"]])


def test_a_pipeline_is_described_from_its_file(pipeline, save):
    told = client.describe(save(pipeline, "joblib"), allow_code=True)

    (whole,) = told.steps
    columns, model = whole.steps
    assert (columns.name, model.class_name) == ("columns", "sklearn.linear_model._logistic.LogisticRegression")
    assert [(step.name, step.columns) for step in columns.steps] == [
        ("numbers", ("age", "income")),
        ("words", ("region",)),
    ]
    assert model.parameters["C"] == "0.5"
    assert told.outline.inputs == ("age", "income", "region")
    assert told.classes == ("no", "yes")


def test_an_onnx_model_is_described_by_its_operators(pipeline, save):
    told = client.describe(save(to_onnx(pipeline, initial_types=TYPES), "onnx"), allow_code=False)

    assert {"Scaler", "OneHotEncoder", "LinearClassifier"} <= {step.class_name for step in told.steps}
    assert told.trained_with == ("skl2onnx",)


def test_other_columns_are_named_in_the_refusal(pipeline, table, save):
    renamed = table.rename(columns={"income": "salary"})

    with pytest.raises(
        ModelMismatch,
        match=r"expects the columns age, income, region; the snapshot lacks income and has the extra salary\.",
    ):
        predict(save(pipeline, "joblib"), renamed)


def test_a_classifier_is_no_answer_to_a_question_for_numbers(pipeline, table, save):
    with pytest.raises(ModelMismatch, match="predicts classes, but the evaluation asks for numbers"):
        predict(save(pipeline, "joblib"), table, "regression")


def test_predictions_that_are_not_numbers_are_refused_with_their_row(table, save):
    numbers = table[["age", "income"]]
    model = LinearRegression().fit(numbers, numbers["age"])
    rows = numbers.astype(float)
    model.coef_ = np.array([np.inf, 0.0])

    with pytest.raises(ModelFailed, match=r"missing or infinite for 60 of 60 rows, first in row 1\."):
        predict(save(model, "pkl"), rows, "regression")


def test_a_skops_file_with_another_type_is_refused_by_name(table, save):
    model = Pipeline([("run", FunctionTransformer(subprocess.getoutput))])

    with pytest.raises(SandboxRefused, match=r"not trusted here: subprocess\.getoutput"):
        predict(save(model, "skops"), table)


def test_a_cut_off_pickle_is_called_damaged(pipeline, table, save, tmp_path):
    half = hostile.cut_off(save(pipeline, "pkl"), tmp_path / "half.pkl")

    with pytest.raises(ModelUnreadable, match="cut off, damaged"):
        predict(half, table)


def test_code_needs_to_be_allowed_and_to_be_confined(pipeline, table, save):
    path = save(pipeline, "pkl")

    with pytest.raises(SandboxRefused, match="this project does not allow that"):
        predict(path, table, allow_code=False)
    with pytest.raises(SandboxRefused, match="this machine cannot confine it"):
        predict(path, table, tier=Tier.C)


@walls
def test_a_pickle_that_tries_everything_achieves_nothing(table, tmp_path, tier):
    secret, target = tmp_path / "secret", tmp_path / "target"
    secret.write_text("secret")
    facts = {"secret": str(secret), "target": str(target), "port": 9, "parent": 1}
    path = hostile.pickle_that_tries_everything(facts, tmp_path / "model.pkl")

    with pytest.raises(ModelUnreadable, match=r"tried 15, succeeded \[\]"):
        predict(path, table, tier=tier)
    assert not target.exists()


def test_a_pickle_that_opens_a_file_is_stopped(table, tmp_path):
    target = tmp_path / "target"
    path = hostile.pickle_that_opens(target, tmp_path / "model.pkl")

    with pytest.raises(ModelForbidden, match="such as opening a file"):
        predict(path, table, tier=Tier.B)
    assert not target.exists()
    unconfined = f"import pickle; pickle.load(open({str(path)!r}, 'rb'))"
    subprocess.run([sys.executable, "-I", "-c", unconfined], check=True)
    assert target.exists()


def test_a_pickle_that_fills_memory_runs_out_of_it(table, tmp_path):
    with pytest.raises(SandboxOutOfMemory, match="ran out of the memory"):
        predict(
            hostile.pickle_that_fills_memory(tmp_path / "model.pkl"), table, limits=Limits(memory_bytes=LEAST_MEMORY)
        )


def test_two_columns_of_one_name_are_refused(pipeline, table, save):
    doubled = pa.Table.from_arrays([pa.array([1.0]), pa.array([2.0])], names=["age", "age"])

    with pytest.raises(ModelMismatch, match="the same name"):
        predict(save(pipeline, "pkl"), doubled)


def test_a_class_of_ones_own_cannot_be_loaded(table, save):
    with pytest.raises(ModelUnreadable, match="needs the Python package tests"):
        predict(save(Homemade().fit(), "pkl"), table)


class Homemade(ClassifierMixin, BaseEstimator):
    """A model whose code only the person who trained it has."""

    def fit(self) -> "Homemade":
        """Learn nothing."""
        return self
