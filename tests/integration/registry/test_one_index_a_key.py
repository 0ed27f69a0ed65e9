"""What hangs on runs is found by the index that its constraint has anyway, and written without a second one."""

from typing import Any

import pytest
from django.db import connection, models
from django.db.models import QuerySet

from registry.models import (
    Artifact,
    LatestMetric,
    LoggedModel,
    LoggedModelMetric,
    LoggedModelParam,
    LoggedModelTag,
    Run,
    RunDataset,
    RunMetric,
    RunModelLink,
    RunParam,
    RunTag,
)

pytestmark = pytest.mark.django_db
WRITTEN_BY_SCRIPTS: list[type[models.Model]] = [
    Artifact, LatestMetric, LoggedModel, LoggedModelMetric, LoggedModelParam, LoggedModelTag, Run, RunDataset,
    RunMetric, RunModelLink, RunParam, RunTag,
]  # fmt: skip

READS: dict[str, QuerySet[Any]] = {
    "params of runs": RunParam.objects.filter(run__in=[1, 2]),
    "some params of a run": RunParam.objects.filter(run=1, key__in=["C", "depth"]),
    "tags of runs": RunTag.objects.filter(run__in=[1, 2]),
    "metrics of runs": LatestMetric.objects.filter(run__in=[1, 2]),
    "a history": RunMetric.objects.filter(run=1, key="auc").order_by("step", "timestamp_ms"),
    "all points of a run": RunMetric.objects.filter(run=1),
    "datasets of a run": RunDataset.objects.filter(run=1),
    "models of a run": RunModelLink.objects.filter(run=1),
    "files of a run": Artifact.objects.filter(run=1),
    "files of a logged model": Artifact.objects.filter(logged_model=1),
    "params of a logged model": LoggedModelParam.objects.filter(logged_model=1),
    "tags of a logged model": LoggedModelTag.objects.filter(logged_model=1),
    "metrics of a logged model": LoggedModelMetric.objects.filter(logged_model=1),
    "metrics of a run's models": LoggedModelMetric.objects.filter(run=1),
    "runs of an experiment": Run.objects.filter(experiment=1).order_by("-created_at"),
    "logged models of an experiment": LoggedModel.objects.filter(experiment=1),
}


@pytest.mark.parametrize("model", WRITTEN_BY_SCRIPTS)
def test_no_index_repeats_the_beginning_of_another(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    # A part of an index over an expression has no name, and those that end in “_like” sort otherwise.
    lists = {
        name: list(one["columns"])
        for name, one in found.items()
        if (one["index"] or one["unique"]) and one["columns"] and not name.endswith("_like")
    }
    repeated = {
        name
        for name, columns in lists.items()
        for other, longer in lists.items()
        if name != other and len(columns) == 1 and longer[:1] == columns and None not in columns and len(longer) > 1
    }
    assert repeated == set()


@pytest.mark.parametrize("name", READS)
def test_each_read_finds_an_index(name: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A planner reads a table that is nearly empty from end to end, whatever indexes it has.
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = READS[name].all().explain()
    assert "Seq Scan" not in plan
    assert "SCAN" not in plan  # SQLite's word, also for reading an index from end to end
    assert ("Index Cond" if connection.vendor == "postgresql" else "SEARCH") in plan
