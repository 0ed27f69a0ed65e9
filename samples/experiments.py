"""Trying out candidates by cross-validation, each as a run that MLflow's client logs wherever its environment says."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import cross_validate

# Said before MLflow is loaded: nothing of a sample leaves this machine, and a server that is away is told soon.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")

import mlflow


@dataclass(frozen=True)
class Candidate:
    """A model to try: `params` are the choices that tell it from the others."""

    name: str
    algorithm: str
    model: Any
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """The rows that candidates learn from, and how they are compared on them."""

    rows: pd.DataFrame
    features: Sequence[str]
    labels: pd.Series
    folds: Any
    scoring: Mapping[str, str]
    seeds: Mapping[str, int]
    data: Any
    """The rows as MLflow's dataset, which names where they come from."""


def dataset(rows: pd.DataFrame, *, label: str, source: str) -> Any:
    """Training rows as a dataset input: `source` is the address of their snapshot, where they have one."""
    return mlflow.data.from_pandas(rows, source=source or None, targets=label, name="training rows")


def run(candidate: Candidate, trial: Trial, then: Callable[[], None] = lambda: None) -> None:
    """Cross-validate one candidate on training rows as one run; the test rows stay unseen. `then` runs inside it."""
    with mlflow.start_run(run_name=candidate.name):
        mlflow.set_tag("estimator_name", candidate.algorithm)
        mlflow.log_params(candidate.params | {f"{name}_seed": seed for name, seed in trial.seeds.items()})
        mlflow.log_input(trial.data, context="training")
        found = cross_validate(
            clone(candidate.model), trial.rows[trial.features], trial.labels, cv=trial.folds, scoring=trial.scoring
        )
        for key in trial.scoring:
            values = np.abs(found[f"test_{key}"])
            for fold, value in enumerate(values):
                mlflow.log_metric(f"fold_{key}", round(float(value), 4), step=fold)
            mlflow.log_metrics(
                {f"cv_{key}": round(float(values.mean()), 4), f"cv_{key}_sd": round(float(values.std()), 4)}
            )
        then()
