from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from canvas.evidence import Contradiction
from standing.promises import BROKEN, KEPT, OPEN, from_contradictions, promises
from standing.records import LIVE, Agreement, Assignment, Dated, Facts, Kpi, Reading, Run, Source, Version
from standing.targets import completed

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
TARGETS = completed({})


def day(days: int) -> date:
    return TODAY - timedelta(days=days)


def states(**kwargs: Any) -> list[str]:
    return [one.state for one in promises(Facts("triage", NOW - timedelta(days=300), **kwargs), TARGETS, NOW)]


def kpi(**kwargs: Any) -> Kpi:
    said: dict[str, Any] = {
        "pk": 1, "name": "Complaints", "kind": "business", "url": "/k/", "direction": "down", "unit": "per week",
        "target": 5.0, "due_on": None, "closed_on": None, "cadence": "", "created_on": day(100), "threshold": None,
        "readings": (),
    }  # fmt: skip
    return Kpi(**said | kwargs)


def run(days: int) -> Run:
    return Run(1, "Run a", "/r/1/", NOW - timedelta(days=days), is_finished=True)


def test_nothing_promised_is_nothing_broken() -> None:
    assert states() == []


@pytest.mark.parametrize(("days", "state"), [(10, KEPT), (74, BROKEN)])
def test_a_cadence_is_held_against_the_last_run(days: int, state: str) -> None:
    answers = {8: {"cadence": "Monthly"}}
    assert states(answers=answers, has_runs=True, runs=[run(days)]) == [state]
    assert states(answers=answers) == [OPEN]
    assert states(answers={8: {"cadence": "When the moon is right"}}, runs=[run(1)]) == [OPEN]


@pytest.mark.parametrize(
    ("due_on", "value", "state"),
    [(day(5), 4.0, KEPT), (day(5), 6.0, BROKEN), (day(5), None, BROKEN), (day(-5), 6.0, OPEN), (day(-5), None, OPEN)],
)
def test_a_kpi_target_is_due_on_its_day(due_on: date, value: float | None, state: str) -> None:
    readings = () if value is None else (Reading(day(9), value),)
    assert states(kpis=[kpi(due_on=due_on, readings=readings)]) == [state]


def test_a_kpi_is_measured_as_often_as_it_says() -> None:
    assert states(kpis=[kpi(cadence="weekly", readings=(Reading(day(3), 1),))]) == [KEPT]
    assert states(kpis=[kpi(cadence="weekly", readings=(Reading(day(30), 1),))]) == [BROKEN]
    assert states(kpis=[kpi(cadence="weekly", created_on=day(2))]) == [OPEN]


@pytest.mark.parametrize(("verdict", "state"), [("pass", KEPT), ("fail", BROKEN), ("inconclusive", OPEN)])
def test_a_threshold_is_as_good_as_its_verdict(verdict: str, state: str) -> None:
    judged = kpi(kind="model", threshold=0.8, verdict=(verdict, "Recall 0.7.", "Evaluation 1", "/e/1/"))
    assert states(kpis=[judged]) == [state]
    assert states(kpis=[kpi(kind="model", threshold=0.8)]) == [OPEN]


def test_reviews_and_conditions_are_broken_when_overdue() -> None:
    found = {
        "overdue": Dated("R1 Wrong call", "/r/", day(3), None),
        "done": Dated("R2 Drift", "/r/", day(30), day(31)),
        "coming": Dated("R3 Cost", "/r/", day(-3), None),
    }
    assert states(risk_reviews=list(found.values())) == [BROKEN, OPEN, KEPT]
    assert states(conditions=[found["overdue"]]) == [BROKEN]
    assert states(revisits=[found["overdue"]]) == [BROKEN]


def test_a_source_is_as_fresh_as_it_promises() -> None:
    assert states(sources=[Source("Clinic", "/s/", 30, day(31))]) == [BROKEN]
    assert states(sources=[Source("Clinic", "/s/", 30, day(30))]) == [KEPT]
    assert states(sources=[Source("Clinic", "/s/", 30, None)]) == [OPEN]


def test_live_measures_need_readings_once_something_is_live() -> None:
    answers = {9: {"live_metrics": [{"metric": "complaints", "threshold": "at most 5", "window": "7 days"}]}}
    at = NOW - timedelta(days=60)
    version = Version(1, 1, "m v1", "/v/", at, None, None, False, "", (), False, "")
    live = {"versions": [version], "assignments": [Assignment(1, LIVE, at, None, is_promoted=True)]}
    assert states(answers=answers) == [OPEN]
    assert states(answers=answers, **live) == [BROKEN]
    assert states(answers=answers, kpis=[kpi(readings=(Reading(day(2), 4),))], **live) == [KEPT]
    assert states(answers=answers, kpis=[kpi(readings=(Reading(day(45), 4),))], **live) == [BROKEN]


@pytest.mark.parametrize(
    ("unit", "results", "state"),
    [
        ("Krippendorff's alpha", {"alpha": [{"name": "alpha", "value": 0.81}]}, KEPT),
        ("Krippendorff's alpha", {"alpha": [{"name": "alpha", "value": 0.6}]}, BROKEN),
        ("Cohen's kappa", {"pairs": [{"kappas": [{"value": 0.9}]}, {"kappas": [{"value": 0.5}]}]}, BROKEN),
        ("Cohen's kappa", {"pairs": []}, OPEN),
        ("Krippendorff's alpha", {"alpha": [{"value": None}]}, OPEN),
    ],
)
def test_agreement_is_compared_in_the_unit_of_the_plan(unit: str, results: dict[str, Any], state: str) -> None:
    answers = {7: {"agreement_target": {"value": 0.8, "unit": unit}}}
    assert states(answers=answers, agreement=Agreement("Agreement 1", "/a/", results)) == [state]
    assert states(answers=answers) == [OPEN]


def test_the_broken_ones_come_first() -> None:
    sources = [Source("B", "/s/", 30, day(1)), Source("A", "/s/", 30, day(99)), Source("C", "/s/", 30, None)]
    assert states(sources=sources) == [BROKEN, OPEN, KEPT]


def test_a_contradiction_is_told_once() -> None:
    facts = Facts("triage", NOW, answers={8: {"cadence": "Monthly"}}, runs=[run(74)], has_runs=True)
    known = promises(facts, TARGETS, NOW)
    differing = [
        (8, Contradiction("cadence", "Says monthly; last run 74 days ago.")),
        (2, Contradiction("sources", "Names a source that nobody registered.")),
        (2, Contradiction("sources", "Late.", is_stale=True)),
    ]
    assert [one.state for one in from_contradictions(differing, facts, known)] == [BROKEN, OPEN]
