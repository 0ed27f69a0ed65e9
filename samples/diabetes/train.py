"""Train diabetes-progression candidates on the data that ship with scikit-learn, and register the chosen one twice.

An MLflow script like any other, which knows nothing of Tenet:
MLFLOW_TRACKING_URI=… MLFLOW_TRACKING_TOKEN=… python -m samples.diabetes.train [--snapshot ADDRESS]
"""

import argparse
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

from samples import environment, experiments
from samples.experiments import Candidate, Trial, mlflow

MODEL = "progression-estimate"
EXPERIMENT = "Ten values, one estimate"
LABEL = "progression"
SPLIT_SEED = 2
MODEL_SEED = 7
PACKAGES = ("scikit-learn", "pandas", "pyarrow", "skops", "skl2onnx", "mlflow")
CHOSEN = "ridge, alpha = 1"


@dataclass(frozen=True)
class Split:
    """Rows to learn from, and rows kept for the test."""

    training: pd.DataFrame
    test: pd.DataFrame
    features: list[str]


def split() -> Split:
    """Load the published rows in their own units, split them at random, and add what readers group them by."""
    # Unscaled, because a slice from 40 to 59 years means something to a doctor, and one around 0.02 does not.
    published = load_diabetes(as_frame=True, scaled=False)
    features = list(published.data.columns)
    rows = published.data.astype({"age": int, "sex": int})
    rows.insert(0, "row", range(1, len(rows) + 1))
    rows[LABEL] = published.target
    training, test = train_test_split(rows, test_size=0.3, random_state=SPLIT_SEED)
    # What the clinic could print on a form without any learning: one median for each band of body mass index.
    medians = training.groupby(_bmi_bands(training))[LABEL].median()
    return Split(_grouped(training, medians), _grouped(test, medians), features)


def _grouped(rows: pd.DataFrame, medians: pd.Series) -> pd.DataFrame:
    bands = pd.cut(rows["age"], [0, 40, 60, 200], right=False, labels=["under 40", "40 to 59", "60 and older"])
    rule = _bmi_bands(rows).map(medians).astype(float)
    return rows.assign(age_band=bands.astype(str), bmi_rule=rule).sort_values("row")


def _bmi_bands(rows: pd.DataFrame) -> pd.Series:
    return pd.cut(rows["bmi"], [0, 24, 28, 100], right=False, labels=["below 24", "24 to 28", "28 or more"]).astype(str)


def candidates() -> list[Candidate]:
    """What is tried: one question, three strengths of regularisation, and a forest."""
    stump = DecisionTreeRegressor(max_depth=1, random_state=MODEL_SEED)
    forest = RandomForestRegressor(n_estimators=25, min_samples_leaf=5, random_state=MODEL_SEED)
    return [
        Candidate("one question", "Decision tree of depth 1", stump, {"max_depth": 1, "random_state": MODEL_SEED}),
        *(_ridge(strength) for strength in (0.1, 1.0, 10.0)),
        Candidate(
            "forest", "Random forest", forest, {"n_estimators": 25, "min_samples_leaf": 5, "random_state": MODEL_SEED}
        ),
    ]


def _ridge(strength: float) -> Candidate:
    model = make_pipeline(StandardScaler(), Ridge(alpha=strength))
    return Candidate(f"ridge, alpha = {strength:g}", "Standardised ridge regression", model, {"alpha": strength})


LIMITS = (
    "309 training patients of one study, without ethnicity, treatment or type of diabetes. Which code of sex is female is "
    "not published. About half of the differences between patients stay unexplained."
)
SELECTION = (
    "Five candidates were compared by ten-fold cross-validation on the training rows. The ridge regressions and the forest "
    "differ by less than their spread over the folds, so the one that can be added up by hand was taken."
)


def train(rows: Split, *, snapshot: str = "") -> None:
    """Try every candidate as a run, and register the chosen one as skops and as ONNX, for the clinic's own server."""
    mlflow.set_experiment(EXPERIMENT)
    trial = Trial(
        rows=rows.training,
        features=rows.features,
        labels=rows.training[LABEL],
        folds=KFold(10, shuffle=True, random_state=MODEL_SEED),
        scoring={"mae": "neg_mean_absolute_error", "rmse": "neg_root_mean_squared_error"},
        seeds={"split": SPLIT_SEED, "cross_validation": MODEL_SEED, "model": MODEL_SEED},
        data=experiments.dataset(rows.training, label=LABEL, source=snapshot),
    )
    for candidate in candidates():
        is_chosen = candidate.name == CHOSEN
        experiments.run(candidate, trial, *([partial(_register, candidate, rows)] if is_chosen else []))


def _register(candidate: Candidate, rows: Split) -> None:
    model = candidate.model.fit(rows.training[rows.features], rows.training[LABEL])
    example = rows.test[rows.features].iloc[[0]]
    said = {"algorithm": candidate.algorithm, "limits": LIMITS}
    # Named here, because finding them out by loading the model takes MLflow longer than all the training.
    shared = {"registered_model_name": MODEL, "pip_requirements": environment.pinned(PACKAGES)}
    mlflow.sklearn.log_model(
        model, name="model", input_example=example, metadata=said | {"selection_note": SELECTION}, **shared
    )
    mlflow.onnx.log_model(
        as_onnx(model, len(rows.features)),
        name="portable",
        signature=mlflow.models.infer_signature(example, model.predict(example)),
        metadata=said
        | {
            "description": "Version 1 written as ONNX, so that a server without Python can run it.",
            "selection_note": "No new choice: the same eleven numbers as version 1 in another file format.",
        },
        **shared,
    )


def as_onnx(model: Any, columns: int) -> Any:
    """The same pipeline as an ONNX model with one input of all columns, in their order."""
    return to_onnx(model, initial_types=[("features", FloatTensorType([None, columns]))])


def main() -> None:
    """Train, and log to wherever MLflow's client is told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--snapshot", default="", help="the address of the training rows' snapshot")
    train(split(), snapshot=parser.parse_args().snapshot)


if __name__ == "__main__":
    main()
