"""What a block promises beside what happened: contradictions and stale promises, each with its reason in words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from canvas.block_states import BlockState, states_of
from canvas.models import Kpi, KpiReading, Project
from data.models import DataSource, FeatureDefinition, LabelingMethod
from evaluation.models import KpiVerdict
from tests.factories.canvas import KpiFactory
from tests.factories.data import DatasetFactory, DataSourceFactory, LabelingMethodFactory
from tests.factories.evaluation import EvaluationFactory
from tests.factories.registry import (
    ExperimentFactory,
    ModelVersionFactory,
    RunFactory,
    StageAssignmentFactory,
    StageFactory,
)

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _a_fixed_day() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def found(project: Project, number: int, **answers: Any) -> BlockState:
    return states_of(project, {number: answers})[number]


def said(project: Project, number: int, **answers: Any) -> tuple[str, list[str]]:
    state = found(project, number, **answers)
    return str(state.state), [reason.sentence for reason in state.troubles]


# ---------- block 8: retraining ----------


def trained(project: Project, *, days_ago: int, status: str = "FINISHED") -> None:
    ended = NOW - timedelta(days=days_ago)
    RunFactory(experiment=ExperimentFactory(project=project), ended_at=ended, created_at=ended, status=status)


def test_a_promised_retraining_that_did_not_happen_is_told_in_days(project: Project) -> None:
    trained(project, days_ago=120)
    trained(project, days_ago=74)
    trained(project, days_ago=2, status="FAILED")
    state = found(project, 8, retrain_mode="scheduled", cadence="Monthly")
    assert (state.state, state.troubles[0].field_label) == ("contradicted", "Cadence")
    assert state.troubles[0].sentence == "Says retrain monthly; last training run 74 days ago."


@pytest.mark.parametrize(
    ("mode", "cadence", "days_ago"),
    [
        ("scheduled", "Monthly", 30),
        ("scheduled", "Each quarter", 74),
        ("scheduled", "As needed", 400),
        ("triggered", "Monthly", 400),
        ("static", "Monthly", 400),
    ],
)
def test_a_kept_or_unstated_cadence_is_no_contradiction(
    project: Project, mode: str, cadence: str, days_ago: int
) -> None:
    trained(project, days_ago=days_ago)
    assert said(project, 8, retrain_mode=mode, cadence=cadence) == ("planned", [])


def test_before_the_first_training_nothing_is_late(project: Project) -> None:
    assert said(project, 8, retrain_mode="scheduled", cadence="Daily") == ("planned", [])


# ---------- block 9: monitoring ----------

LIVE = [{"metric": "Recall", "threshold": "at least 0.8", "window": "7 days", "delay": "1 day"}]


def live_since(project: Project, days: int) -> Any:
    stage = StageFactory(key="production")
    return StageAssignmentFactory(version__model__project=project, stage=stage, from_at=NOW - timedelta(days=days))


def measured(project: Project, on: date) -> None:
    KpiReading.objects.create(
        kpi=KpiFactory(project=project), measured_on=on, value=0.9, origin="manual", recorded_by=project.created_by
    )


def test_live_measures_that_nobody_measured_contradict_the_promise(project: Project) -> None:
    version = live_since(project, 20).version
    sentence = f"Promises 1 live measure; nothing was measured since {version} went to Production 20 days ago."
    assert said(project, 9, live_metrics=LIVE) == ("contradicted", [sentence])
    measured(project, TODAY - timedelta(days=40))
    assert said(project, 9, live_metrics=LIVE) == ("contradicted", [sentence])


def test_measures_that_stopped_coming_make_the_promise_stale(project: Project) -> None:
    live_since(project, 60)
    measured(project, TODAY - timedelta(days=30))
    sentence = "Says “Recall” is watched over “7 days”; the last reading is 30 days old."
    assert said(project, 9, live_metrics=LIVE) == ("stale", [sentence])
    measured(project, TODAY - timedelta(days=3))
    assert said(project, 9, live_metrics=LIVE) == ("planned", [])


def test_nothing_is_missing_before_a_version_has_been_live_for_a_week(project: Project) -> None:
    assert said(project, 9, live_metrics=LIVE) == ("planned", [])
    live_since(project, 6)
    assert said(project, 9, live_metrics=LIVE) == ("planned", [])


# ---------- block 2: sources ----------


def source(name: str = "Pump telemetry", **cells: str) -> dict[str, str]:
    return {"name": name, "access_status": "granted", "personal_data": "none", "refresh": "Daily"} | cells


def test_a_source_in_use_that_nobody_registered_contradicts_the_plan(project: Project) -> None:
    rows = [source(), source("Service book"), source("Weather", access_status="requested")]
    assert said(project, 2, sources=rows) == ("planned", [])
    DatasetFactory(project=project)
    sentence = "Names 2 sources that are not registered, though snapshots are in use: “Pump telemetry”, “Service book”."
    assert said(project, 2, sources=rows) == ("contradicted", [sentence])
    DataSourceFactory(project=project, name="pump  Telemetry")
    DataSourceFactory(project=project, name="Service book")
    assert said(project, 2, sources=rows) == ("planned", [])


def test_access_and_personal_data_are_held_against_the_register(project: Project) -> None:
    DataSourceFactory(
        project=project,
        name="Pump telemetry",
        access_status=DataSource.AccessStatus.REFUSED,
        personal_data=DataSource.PersonalData.SPECIAL,
    )
    assert said(project, 2, sources=[source()]) == (
        "contradicted",
        [
            "Says access to “Pump telemetry” is granted; the register says it is refused.",
            "Says “Pump telemetry” holds no personal data; the register says special category of personal data.",
        ],
    )


def test_a_source_that_was_not_refreshed_as_promised_is_stale(project: Project) -> None:
    held = DataSourceFactory(project=project, name="Pump telemetry", last_refreshed_on=TODAY - timedelta(days=9))
    sentence = "Says “Pump telemetry” is refreshed daily; it was last refreshed 9 days ago, on 7 Mar 2026."
    assert said(project, 2, sources=[source()]) == ("stale", [sentence])
    assert said(project, 2, sources=[source(refresh="Monthly")]) == ("planned", [])
    DataSource.objects.filter(pk=held.pk).update(freshness_days=3)
    late = "“Pump telemetry” was last refreshed 9 days ago, on 7 Mar 2026; at most 3 are allowed."
    assert said(project, 2, sources=[source(refresh="Monthly")]) == ("stale", [late])


# ---------- block 3: the task ----------


def test_another_task_than_the_projects_own_is_a_contradiction(project: Project) -> None:
    state, (sentence,) = said(project, 3, task="point_regression")
    assert state == "contradicted"
    assert "the project's settings say “Binary classification”" in sentence
    assert said(project, 3, task="binary_classification") == ("planned", [])
    assert said(project, 3, task="clustering") == ("planned", [])


# ---------- block 4: features ----------


def feature(project: Project, **values: Any) -> FeatureDefinition:
    usual = {
        "name": "hours_since_service",
        "number": 1,
        "entity": "pump",
        "transformation": "difference",
        "data_type": "number",
        "order": "ratio",
        "availability": "available",
        "owner": "Plant",
        "created_by": project.created_by,
    }
    return FeatureDefinition.objects.create(project=project, **usual | values)


def planned_feature(**cells: str) -> dict[str, str]:
    return {"name": "Hours_since_service", "available_at_prediction": "yes", "sensitive_or_proxy": "no"} | cells


def test_a_feature_that_comes_late_leaks_or_stands_in_contradicts_its_row(project: Project) -> None:
    feature(project)
    assert said(project, 4, features=[planned_feature()]) == ("planned", [])
    feature(project, number=2, availability="late", leakage="found", proxy="found")
    state, (late, leaking, proxy) = said(project, 4, features=[planned_feature()])
    recorded = "hours_since_service, version 2"
    assert state == "contradicted"
    assert late == f"Says “Hours_since_service” is known at prediction; {recorded} is recorded as known only later."
    assert leaking == f"Uses “Hours_since_service”; the leak check of {recorded} found that it gives the outcome away."
    assert proxy.endswith(f"{recorded} is recorded as a proxy for a protected trait.")
    honest = planned_feature(available_at_prediction="no", sensitive_or_proxy="proxy")
    assert len(said(project, 4, features=[honest])[1]) == 1


# ---------- block 5: thresholds and verdicts ----------


def threshold(value: float, rule: str = "at_least") -> dict[str, Any]:
    return {"metric": "Recall", "rule": rule, "value": value}


def test_a_threshold_other_than_the_sealed_kpi_is_a_contradiction(project: Project) -> None:
    KpiFactory(project=project, name="Recall", metric="recall", threshold=0.85)
    sentence = "Says Recall at least 0.6; the KPI “Recall” holds releases to at least 0.85."
    assert said(project, 5, thresholds=[threshold(0.6)]) == ("contradicted", [sentence])
    assert said(project, 5, thresholds=[threshold(0.85)]) == ("planned", [])
    assert said(project, 5, thresholds=[threshold(0.85, "at_most")])[0] == "contradicted"


def test_a_main_measure_that_no_kpi_holds_a_release_to_is_a_contradiction(project: Project) -> None:
    KpiFactory(project=project, name="Recall", metric="recall", threshold=0.85)
    state, (sentence,) = said(project, 5, primary_metric="Precision")
    assert state == "contradicted"
    assert sentence == "Says “Precision” decides; no KPI holds a release to it. Releases are held to: Recall."
    assert said(project, 5, primary_metric="recall") == ("planned", [])
    assert said(project, 5, primary_metric="Cases found in the first hour") == ("planned", [])


def test_the_last_evaluation_speaks_against_the_plan_when_it_fails(project: Project) -> None:
    kpi = KpiFactory(project=project, name="Recall", metric="recall", threshold=0.85)
    version = ModelVersionFactory(model__project=project)
    evaluation = EvaluationFactory(version=version, project=project, finished_at=NOW)
    verdict = KpiVerdict.objects.create(
        evaluation=evaluation,
        kpi=kpi,
        kpi_revision=1,
        kpi_name="Recall",
        metric="recall",
        direction=Kpi.Direction.UP,
        threshold=0.85,
        value=0.712,
        n=200,
        verdict=KpiVerdict.Verdict.FAIL,
        reason="Below.",
    )
    sentence = f"Promises Recall at least 0.85; evaluation {evaluation.number} of {version} measured 0.712."
    assert said(project, 5, thresholds=[threshold(0.85)]) == ("contradicted", [sentence])
    KpiVerdict.objects.filter(pk=verdict.pk).update(verdict=KpiVerdict.Verdict.INCONCLUSIVE)
    assert said(project, 5, thresholds=[threshold(0.85)]) == ("planned", [])


# ---------- block 7: labels ----------


def test_another_way_of_labeling_than_the_recorded_one_is_a_contradiction(project: Project) -> None:
    method = LabelingMethodFactory(project=project, approach=LabelingMethod.Approach.MANUAL)
    sentence = f"Says labels are made “automated”; {method} is recorded as manual."
    assert said(project, 7, labelling_method="automated") == ("contradicted", [sentence])
    assert said(project, 7, labelling_method="manual") == ("planned", [])


def test_nothing_written_is_nothing_contradicted(project: Project) -> None:
    trained(project, days_ago=400)
    live_since(project, 400)
    states = states_of(project, {})
    assert {state.state for state in states.values()} == {"planned"}
    assert states[1].reasons[0].sentence == "Nothing is written here yet."
