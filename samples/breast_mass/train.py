"""Train breast-mass triage candidates on the data that ship with scikit-learn, and register two of them.

An MLflow script like any other, which knows nothing of Tenet:
MLFLOW_TRACKING_URI=… MLFLOW_TRACKING_TOKEN=… python -m samples.breast_mass.train [--snapshot ADDRESS]
"""

import argparse
from dataclasses import dataclass
from functools import partial

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from samples import environment, experiments
from samples.experiments import Candidate, Trial, mlflow

MODEL = "breast-mass-triage"
EXPERIMENT = "First candidates"
LABEL = "diagnosis"
POSITIVE = "malignant"
SPLIT_SEED = 2
MODEL_SEED = 7
PACKAGES = ("scikit-learn", "pandas", "skops", "mlflow")
# What skops may load of a tree, besides what it knows to be harmless.
TREES = ["sklearn.tree._tree.Tree", "numpy.dtype"]


@dataclass(frozen=True)
class Split:
    """Rows to learn from, and rows kept for the test."""

    training: pd.DataFrame
    test: pd.DataFrame
    features: list[str]


def split() -> Split:
    """Load the published rows, add what readers group them by, and split them stratified by diagnosis."""
    published = load_breast_cancer(as_frame=True)
    rows = published.data.rename(columns=lambda name: name.replace(" ", "_"))
    features = list(rows.columns)
    rows.insert(0, "row", range(1, len(rows) + 1))
    rows["nucleus_size"] = pd.cut(
        rows["mean_radius"], [0, 12, 15, float("inf")], right=False, labels=["small", "medium", "large"]
    ).astype(str)
    # The rule that a clinic could use without any learning, and that a model has to beat.
    rows["radius_rule"] = (rows["mean_radius"] >= 14).map({True: POSITIVE, False: "benign"})
    rows[LABEL] = published.target.map({0: POSITIVE, 1: "benign"})
    training, test = train_test_split(rows, test_size=0.3, random_state=SPLIT_SEED, stratify=rows[LABEL])
    return Split(training.sort_values("row"), test.sort_values("row"), features)


def candidates() -> list[Candidate]:
    """What is tried: a one-question tree, three strengths of regularisation, and a forest."""
    stump = DecisionTreeClassifier(max_depth=1, random_state=MODEL_SEED)
    forest = RandomForestClassifier(n_estimators=25, class_weight="balanced", random_state=MODEL_SEED)
    return [
        Candidate("one question", "Decision tree of depth 1", stump, {"max_depth": 1, "random_state": MODEL_SEED}),
        *(_logistic(strength) for strength in (0.1, 1.0, 10.0)),
        Candidate(
            "forest",
            "Random forest",
            forest,
            {"n_estimators": 25, "class_weight": "balanced", "random_state": MODEL_SEED},
        ),
    ]


def _logistic(strength: float) -> Candidate:
    params = {"C": strength, "class_weight": "balanced", "max_iter": 1000}
    model = make_pipeline(StandardScaler(), LogisticRegression(**params))
    return Candidate(f"logistic, C = {strength:g}", "Standardised logistic regression", model, params)


# Why each candidate that is registered was registered, and what it cannot do.
REGISTERED = {
    "one question": {
        "selection_note": "The simplest candidate: one question about one measurement. Registered first, to know what a "
        "reader could do by heart.",
        "limits": "Two scores only, so it cannot order samples within a group.",
    },
    "logistic, C = 1": {
        "selection_note": "Five candidates were compared by five-fold cross-validation on the training rows. The three "
        "logistic regressions are ahead of the forest and far ahead of one question; among them C = 1, the middle "
        "strength, was taken, because their differences are smaller than their spread over the folds.",
        "limits": "Trained on one hospital's images and one operator's outlines, 37 % of them malignant, far above a "
        "screening population. Only few malignant masses have small nuclei. Not for use on patients.",
    },
}


def train(rows: Split, *, snapshot: str = "") -> None:
    """Try every candidate as a run, and register the simplest and the best as versions 1 and 2."""
    mlflow.set_experiment(EXPERIMENT)
    trial = Trial(
        rows=rows.training,
        features=rows.features,
        labels=rows.training[LABEL] == POSITIVE,
        folds=StratifiedKFold(5, shuffle=True, random_state=MODEL_SEED),
        scoring={"roc_auc": "roc_auc", "balanced_accuracy": "balanced_accuracy", "brier": "neg_brier_score"},
        seeds={"split": SPLIT_SEED, "cross_validation": MODEL_SEED, "model": MODEL_SEED},
        data=experiments.dataset(rows.training, label=LABEL, source=snapshot),
    )
    for candidate in candidates():
        is_registered = candidate.name in REGISTERED
        experiments.run(candidate, trial, *([partial(_register, candidate, rows)] if is_registered else []))


def _register(candidate: Candidate, rows: Split) -> None:
    model = candidate.model.fit(rows.training[rows.features], rows.training[LABEL])
    # A case that is neither clear nor a toss-up shows more than a score of 1.
    doubt = abs(model.predict_proba(rows.test[rows.features])[:, 1] - 0.8)
    mlflow.sklearn.log_model(
        model,
        name="model",
        registered_model_name=MODEL,
        input_example=rows.test[rows.features].iloc[[doubt.argmin()]],
        # Named here, because finding them out by loading the model takes MLflow longer than all the training.
        pip_requirements=environment.pinned(PACKAGES),
        metadata={"algorithm": candidate.algorithm, **REGISTERED[candidate.name]},
        skops_trusted_types=TREES,
    )


def main() -> None:
    """Train, and log to wherever MLflow's client is told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--snapshot", default="", help="the address of the training rows' snapshot")
    train(split(), snapshot=parser.parse_args().snapshot)


if __name__ == "__main__":
    main()
