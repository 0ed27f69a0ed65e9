import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from audit.models import AuditEntry
from evaluation.asked import Asked
from evaluation.models import EvaluationJob
from evaluation.services import request_from_file
from jobs.models import Job
from tests.factories.canvas import KpiFactory, ProjectFactory
from tests.factories.evaluation import version_in
from tests.workers import kill, real_workers, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 400_000


def test_an_evaluation_whose_worker_is_killed_ends_with_one_set_of_results(tmp_path: Path) -> None:
    project = ProjectFactory()
    KpiFactory(project=project, metric="roc_auc", threshold=0.5)
    version = version_in(project)
    evaluation = request_from_file(
        version,
        source=io.BytesIO(many_rows()),
        file_name="predictions.csv",
        asked=Asked(label_column="label", score_columns={"": "score"}, slice_columns=["site"]),
        by=project.created_by,
    )
    with real_workers(tmp_path) as start_worker:
        first = start_worker()
        wait_until(lambda: _job(evaluation).progress > 0)
        kill(first)
        cut_off = _job(evaluation)
        assert (cut_off.state, cut_off.attempt) == (Job.State.RUNNING, 1)
        assert not evaluation.metrics.exists()
        start_worker()
        wait_until(lambda: _job(evaluation).is_over)

    job = _job(evaluation)
    assert (job.state, job.attempt, job.error) == (Job.State.SUCCEEDED, 2, "")
    evaluation.refresh_from_db()
    assert evaluation.rows == ROWS
    assert evaluation.metrics.filter(subject="model", metric="roc_auc").count() == 1
    assert evaluation.verdicts.count() == 1
    assert AuditEntry.objects.filter(action="evaluation.finished").count() == 1


def many_rows() -> bytes:
    """Enough rows for the worker to be killed in their midst."""
    draw = np.random.default_rng(5)
    label = draw.integers(0, 2, ROWS)
    score = np.clip(0.3 + 0.3 * label + draw.normal(scale=0.2, size=ROWS), 0, 1).round(4)
    site = np.where(draw.random(ROWS) < 0.5, "north", "south")
    return pd.DataFrame({"label": label, "score": score, "site": site}).to_csv(index=False).encode()


def _job(evaluation: EvaluationJob) -> Job:
    return Job.objects.get(pk=evaluation.job_id)
