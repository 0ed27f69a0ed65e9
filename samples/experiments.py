"""Trying out candidates by cross-validation, and telling Tenet about it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from sklearn.base import clone
from sklearn.model_selection import cross_validate

from samples.client import Client, Record
from samples.pseudocode import pseudocode


@dataclass(frozen=True)
class Candidate:
    """A model to try: `params` are the choices that tell it from the others."""

    name: str
    algorithm: str
    model: Any
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """A candidate with what cross-validation said about it."""

    candidate: Candidate
    metrics: dict[str, float]
    started_at: datetime
    ended_at: datetime


def tried(candidate: Candidate, rows: pd.DataFrame, labels: pd.Series, *, folds: Any, scoring: dict[str, str]) -> Trial:
    """Cross-validate one candidate on training rows; the test rows stay unseen."""
    started_at = datetime.now(UTC)
    found = cross_validate(clone(candidate.model), rows, labels, cv=folds, scoring=scoring)
    metrics: dict[str, float] = {}
    for key in scoring:
        values = np.abs(found[f"test_{key}"])
        metrics |= {f"cv_{key}": round(float(values.mean()), 4), f"cv_{key}_sd": round(float(values.std()), 4)}
    return Trial(candidate, metrics, started_at, datetime.now(UTC))


def record_run(client: Client, trial: Trial, *, experiment: str, environment: int, note: str = "") -> Record:
    """Tell Tenet about one trial."""
    return client.post(
        "runs/",
        experiment=experiment,
        name=trial.candidate.name,
        algorithm=trial.candidate.algorithm,
        params=trial.candidate.params,
        metrics=trial.metrics,
        environment=environment,
        note=note,
        started_at=trial.started_at.isoformat(),
        ended_at=trial.ended_at.isoformat(),
    )


def register(
    client: Client,
    trained: Any,
    *,
    model: str,
    candidate: Candidate,
    features: Sequence[str],
    script: Path,
    file_name: str = "model.skops",
    content: bytes = b"",
    **facts: Any,
) -> Record:
    """Upload a trained model with everything that says how it came to be; as skops unless `content` is given."""
    return client.upload(
        f"models/{model}/versions/",
        file_name=file_name,
        content=content or skops.io.dumps(trained),
        algorithm=candidate.algorithm,
        hyperparameters=candidate.params,
        pseudocode=pseudocode(trained, features),
        source_code=f"samples/{script.parent.name}/{script.name}, SHA-256 {_digest(script)}",
        **facts,
    )


def _digest(script: Path) -> str:
    return hashlib.sha256(script.read_bytes()).hexdigest()
