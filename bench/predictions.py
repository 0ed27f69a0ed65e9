"""Evaluates a million predictions as a worker does, beside plain scikit-learn on the same rows.

A program of its own, so that its peak memory is its own: prints one JSON object.
"""

import io
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import django
import numpy as np
import pandas as pd
from django.core.management import call_command

from samples.server import throw_away_settings

ROWS = 1_000_000


def main() -> int:
    """Make the rows, evaluate them, and print seconds and megabytes."""
    with tempfile.TemporaryDirectory(prefix="tenet-bench-") as folder:
        throw_away_settings(Path(folder))
        os.environ["TENET_LOG_LEVEL"] = "WARNING"
        django.setup()
        call_command("migrate", verbosity=0)
        file = io.BytesIO()
        rows().to_parquet(file, index=False)
        found = evaluated(file) | {"peak_mb": peak_megabytes()}
        file.seek(0)
        found["plain_seconds"] = plain_seconds(pd.read_parquet(file))
    print(json.dumps(found))
    return 0


def rows() -> pd.DataFrame:
    """Labels with a calibrated score, a prediction, and a group to slice by."""
    draw = np.random.default_rng(2)
    score = draw.beta(2, 5, ROWS)
    label = (draw.random(ROWS) < score).astype(np.int8)
    group = draw.choice(["north", "south", "east", "west"], ROWS)
    return pd.DataFrame({"label": label, "prediction": (score >= 0.5).astype(np.int8), "score": score, "group": group})


def evaluated(file: io.BytesIO) -> dict[str, float]:
    """Seconds that a worker takes, from the leased job to the saved results."""
    from accounts import services as accounts  # noqa: PLC0415  once Django is set up
    from canvas.services import projects  # noqa: PLC0415  as above
    from evaluation.asked import Asked  # noqa: PLC0415  as above
    from evaluation.services import request_from_file  # noqa: PLC0415  as above
    from jobs import runner  # noqa: PLC0415  as above
    from registry.models import ModelVersion, RegisteredModel  # noqa: PLC0415  as above

    person = accounts.create_user("bench", password="a-long-enough-password", by=None)
    project = projects.create_project("Bench", by=person)
    model = RegisteredModel.objects.create(project=project, name="model", task="binary", created_by=person)
    version = ModelVersion.objects.create(
        model=model,
        number=1,
        algorithm="None",
        artifact_name="model.skops",
        artifact_sha256="0" * 64,
        artifact_size=1,
        artifact_format="skops",
        trained_by=person,
        uploaded_by=person,
    )
    asked = Asked(
        label_column="label", prediction_column="prediction", score_columns={"": "score"}, slice_columns=("group",)
    )
    file.seek(0)
    began = time.perf_counter()
    evaluation = request_from_file(version, source=file, file_name="predictions.parquet", asked=asked, by=person)
    requested, worked = time.perf_counter(), time.process_time()
    runner.run_due()
    ended, worked = time.perf_counter(), time.process_time() - worked
    evaluation.refresh_from_db()
    evaluation.job.refresh_from_db()
    if evaluation.job.state != "succeeded":
        raise RuntimeError(evaluation.job.error)
    return {
        "seconds": ended - requested,
        "cpu_seconds": worked,
        "receive_seconds": requested - began,
        "results": evaluation.metrics.count() + evaluation.slices.count(),
    }


def plain_seconds(table: pd.DataFrame) -> float:
    """Seconds for the same point metrics by scikit-learn, without intervals, slices or a baseline."""
    from sklearn import metrics  # noqa: PLC0415  after the peak was read

    label, prediction, score = (table[name].to_numpy() for name in ("label", "prediction", "score"))
    began = time.perf_counter()
    for measure in (
        metrics.accuracy_score,
        metrics.balanced_accuracy_score,
        metrics.precision_score,
        metrics.recall_score,
        metrics.f1_score,
        metrics.matthews_corrcoef,
    ):
        measure(label, prediction)
    for measure in (metrics.roc_auc_score, metrics.average_precision_score, metrics.brier_score_loss, metrics.log_loss):
        measure(label, score)
    return time.perf_counter() - began


def peak_megabytes() -> float:
    """The most memory that this process or one it started held at once."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    # The kernel counts in units of 1,024 bytes.
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) * 1.024 / 1e3


if __name__ == "__main__":
    sys.exit(main())
