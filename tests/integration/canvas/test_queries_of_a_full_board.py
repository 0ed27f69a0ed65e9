"""The board and a block of a project full of records ask a stated number of questions, however many there are."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from canvas.models import CostItem, KpiReading, Project
from tests.conftest import ClientAs
from tests.factories.blocks import CommentFactory, linked
from tests.factories.canvas import BlockRevisionFactory, KpiFactory
from tests.factories.data import DataSchemaFactory, DatasetFactory, DataSourceFactory, LabelingMethodFactory
from tests.factories.evaluation import EvaluationFactory
from tests.factories.registry import (
    ExperimentFactory,
    ModelVersionFactory,
    RunFactory,
    StageAssignmentFactory,
    StageFactory,
)

ANSWERS: dict[int, dict[str, Any]] = {
    2: {"sources": [{"name": "Pump telemetry", "access_status": "granted"}]},
    3: {"task": "point_regression"},
    4: {"features": [{"name": "hours"}]},
    5: {"primary_metric": "Recall", "thresholds": [{"metric": "Recall", "value": 0.6}]},
    7: {"labelling_method": "automated"},
    8: {"retrain_mode": "scheduled", "cadence": "Monthly"},
    9: {"live_metrics": [{"metric": "Recall"}]},
}


def fill(project: Project, *, times: int) -> None:
    """Every kind of record, each linked, so many times."""
    for number in range(times):
        kpi = KpiFactory(project=project)
        KpiReading.objects.create(
            kpi=kpi, measured_on="2026-01-05", value=0.9, origin="manual", recorded_by=project.created_by
        )
        cost = CostItem.objects.create(
            project=project,
            block=5,
            label=f"Cost {number}",
            kind="one-off",
            currency="EUR",
            amount_likely=1,
            basis="quote",
            created_by=project.created_by,
        )
        version = ModelVersionFactory(model__project=project)
        records = {
            "kpi": kpi.pk,
            "cost": cost.pk,
            "source": DataSourceFactory(project=project).pk,
            "snapshot": DatasetFactory(project=project).pk,
            "schema": DataSchemaFactory(project=project).pk,
            "labeling-method": LabelingMethodFactory(project=project).pk,
            "run": RunFactory(experiment=ExperimentFactory(project=project)).run_id,
            "model-version": version.pk,
            "evaluation": EvaluationFactory(version=version, project=project, finished_at=project.created_at).number,
        }
        for kind, record in records.items():
            linked(project, kind, str(record), block=5)
        CommentFactory(project=project, block=5)
        StageAssignmentFactory(version__model__project=project, stage=StageFactory(key="production"))


@pytest.mark.parametrize(("name", "ceiling"), [("board", 30), ("block", 38), ("block-evidence", 38)])
def test_more_records_make_no_more_queries(
    project: Project, owner: User, client_as: ClientAs, name: str, ceiling: int
) -> None:
    for number in range(1, 11):
        BlockRevisionFactory(project=project, block=number, number=1, answers=ANSWERS.get(number, {"owner": "A"}))
    url = reverse(f"canvas:{name}", args=[project.slug] if name == "board" else [project.slug, 5])
    client = client_as(owner)
    fill(project, times=1)
    before = queries(client, url)
    fill(project, times=2)
    assert queries(client, url) == before
    assert before <= ceiling


def queries(client: Any, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
