"""Scores against figures worked out by hand; what has no data is never 0 and never 100."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from standing.maturity import ATTESTED, CRITERIA, FAILED, MET, UNKNOWN, maturity
from standing.records import LIVE, Assignment, Culprit, Evaluation, Facts, Promotion, Run, Snapshot, Version, Word
from standing.scores import Score, at_least, at_most, share
from standing.targets import TARGETS as TABLE
from standing.targets import completed, problem
from standing.validation import validation
from standing.velocity import velocity
from standing.versioning import versioning

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TARGETS = completed({})
WHO = Culprit("Run 1", "/r/1/", "slow")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def facts(**kwargs: Any) -> Facts:
    return Facts("triage", kwargs.pop("started_at", ago(70)), **kwargs)


def version(pk: int = 1, **kwargs: Any) -> Version:
    said: dict[str, Any] = {
        "pk": pk, "model": 1, "label": f"model v{pk}", "url": f"/v/{pk}/", "created_at": ago(20), "run": pk,
        "run_ended_at": ago(21), "has_environment": True, "commit": "abc", "training": ("f" * 64,), "is_checked": True,
        "artifact": "passed",
    }  # fmt: skip
    return Version(**said | kwargs)


def evaluation(version: int = 1, **kwargs: Any) -> Evaluation:
    said: dict[str, Any] = {
        "label": "Evaluation 1", "url": "/e/1/", "version": version, "finished_at": ago(18), "is_held_out": True,
        "has_baseline": True, "has_slices": True, "verdicts": ("pass",), "asked": f"a{version}", "results": "1",
    }  # fmt: skip
    return Evaluation(**said | kwargs)


def inputs(score: Score) -> dict[str, Any]:
    return {one.key: one for one in score.inputs}


def test_a_project_without_records_has_no_score_at_all() -> None:
    empty = facts(started_at=ago(3))
    for work_out in (velocity, validation, versioning):
        score = work_out(empty, TARGETS, NOW)
        assert score.value is None
        assert score.known == 0
        assert all(one.points is None and one.value is None for one in score.inputs)


def test_a_share_counts_what_is_in_order_and_names_what_is_not() -> None:
    found = share("x", "X", good=3, lowered_by=[WHO])
    assert (found.value, found.points, found.n, found.lowered_by) == (0.75, 75.0, 4, (WHO,))
    assert share("x", "X", good=0, lowered_by=[]).points is None


def test_a_time_scores_target_over_actual_capped_at_one() -> None:
    slow = at_most("x", "X", [(4, WHO), (20, WHO), (10, WHO)], target=5, unit="days")
    assert (slow.value, slow.points, slow.n) == (10, 50.0, 3)
    assert len(slow.lowered_by) == 2
    assert at_most("x", "X", [(2, WHO)], target=5, unit="days").points == 100
    assert at_most("x", "X", [(0, WHO)], target=5, unit="days").points == 100
    assert at_least("x", "X", 1, target=2, unit="runs", n=9).points == 50
    assert at_least("x", "X", 8, target=2, unit="runs", n=9).points == 100


def test_velocity_is_the_mean_of_its_known_inputs() -> None:
    # 40 days to the baseline against 30; 5 days from run to acceptance against 7; 10 runs in 10 weeks against 2 a week.
    held = facts(
        started_at=ago(70),
        has_runs=True,
        runs=[Run(n, f"Run {n}", "/r/", ago(n), is_finished=True) for n in range(1, 11)],
        versions=[version(run_ended_at=ago(35))],
        evaluations=[evaluation(finished_at=ago(30))],
    )
    found = velocity(held, TARGETS, NOW)
    assert inputs(found)["first_baseline"].points == pytest.approx(100 * 30 / 40)
    assert inputs(found)["accepted"].value == pytest.approx(5)
    assert inputs(found)["runs_per_week"].value == pytest.approx(1)
    assert found.value == pytest.approx((75 + 100 + 50) / 3)


def test_what_is_overdue_counts_before_it_happens() -> None:
    waiting = facts(
        started_at=ago(60),
        promotions=[Promotion("Promotion 1", "/p/1/", 1, LIVE, "open", ago(10), None)],
    )
    found = inputs(velocity(waiting, TARGETS, NOW))
    assert found["first_baseline"].points == pytest.approx(50)
    assert found["decisions"].points == pytest.approx(50)
    assert found["decisions"].lowered_by[0].why == "open for 10 days"


def test_a_rejected_or_undecided_version_is_not_accepted() -> None:
    for verdicts in (("fail",), ("inconclusive",), (), ("pass", "fail")):
        held = facts(versions=[version()], evaluations=[evaluation(verdicts=verdicts)])
        assert inputs(velocity(held, TARGETS, NOW))["accepted"].points == pytest.approx(100 * 7 / 21)


def test_the_go_no_go_counts_from_the_last_of_ten_acceptances() -> None:
    blocks = [(block, ago(40), None) for block in range(1, 10)]
    decided = facts(acceptances=[*blocks, (10, ago(38), None)], decided_at=[ago(10)])
    assert inputs(velocity(decided, TARGETS, NOW))["go_no_go"].points == pytest.approx(100 * 14 / 28)
    early = facts(acceptances=blocks, decided_at=[ago(10)])
    assert inputs(velocity(early, TARGETS, NOW))["go_no_go"].points is None


def test_an_edit_undoes_the_acceptance_of_its_block() -> None:
    blocks = [(block, ago(40), None) for block in range(1, 10)]
    edited_before = facts(acceptances=[*blocks, (10, ago(38), ago(20))], decided_at=[ago(10)])
    assert inputs(velocity(edited_before, TARGETS, NOW))["go_no_go"].points is None
    edited_after = facts(acceptances=[*blocks, (10, ago(38), ago(5))], decided_at=[ago(10)])
    assert inputs(velocity(edited_after, TARGETS, NOW))["go_no_go"].points == pytest.approx(100 * 14 / 28)
    again = facts(acceptances=[*blocks, (10, ago(38), ago(20)), (10, ago(17), None)], decided_at=[ago(10)])
    assert inputs(velocity(again, TARGETS, NOW))["go_no_go"].points == 100
    undecided = inputs(velocity(facts(acceptances=[*blocks, (10, ago(38), ago(20))]), TARGETS, NOW))["go_no_go"]
    assert undecided.note == "Not all ten blocks are accepted yet."


def test_validation_names_unchecked_snapshots_and_unwatched_versions() -> None:
    held = facts(
        snapshots=[
            Snapshot("rows 1", "/d/1/", ago(5), passed=True, why=""),
            Snapshot("rows 2", "/d/2/", ago(4), passed=None, why="never checked"),
            Snapshot("old", "/d/0/", ago(200), passed=False, why="old"),
        ],
        versions=[version()],
        evaluations=[evaluation(finished_at=ago(45))],
        promotions=[Promotion("Promotion 1", "/p/1/", 1, LIVE, "approved", ago(20), ago(17))],
        assignments=[Assignment(1, LIVE, ago(17), None, is_promoted=True)],
    )
    found = inputs(validation(held, TARGETS, NOW))
    assert (found["checked"].points, found["checked"].n) == (50, 2)
    assert found["checked"].lowered_by == (Culprit("rows 2", "/d/2/", "never checked"),)
    assert found["held_out"].points == 100
    assert found["tested"].lowered_by[0].why == "without robustness tests"
    assert found["watched"].points == 0
    assert found["triage"].points is None
    held.linked.add((5, "robustness_tests"))
    assert inputs(validation(held, TARGETS, NOW))["tested"].points == 100


def test_versioning_asks_for_lineage_a_way_back_and_reruns_that_match() -> None:
    held = facts(
        versions=[version(2, commit="", artifact=""), version(1, created_at=ago(50))],
        assignments=[
            Assignment(2, LIVE, ago(10), None, is_promoted=True),
            Assignment(1, LIVE, ago(40), ago(10), is_promoted=True),
        ],
        evaluations=[
            evaluation(asked="a", results="1", finished_at=ago(9)),
            evaluation(asked="a", results="1", finished_at=ago(8)),
            evaluation(asked="a", results="2", finished_at=ago(7)),
        ],
    )
    found = inputs(versioning(held, TARGETS, NOW))
    assert found["lineage"].lowered_by[0].why == "without a commit, a check that its file is unchanged"
    assert found["ways_back"].points == 100
    assert (found["reruns"].points, found["reruns"].n) == (50, 2)
    assert found["schemas"].points is None
    assert versioning(held, TARGETS, NOW).value == pytest.approx((0 + 100 + 50) / 3)


# ---------- the MLOps level ----------


def word(criterion: str, *, holds: bool = True, expires_on: date | None = date(2027, 1, 1)) -> Word:
    return Word(criterion, holds, "See the runbook.", expires_on, "Nora", ago(1))


def automated(**kwargs: Any) -> Facts:
    keys = (
        "pipeline_runs",
        "retraining_trigger",
        "pipeline_deployed",
        "tested_pipeline",
        "integration_tests",
        "way_back",
    )
    held = facts(
        versions=[version(), version(2, created_at=ago(80))],
        evaluations=[evaluation(), evaluation(2)],
        promotions=[Promotion("Promotion 1", "/p/1/", 1, LIVE, "approved", ago(19), ago(17))],
        assignments=[
            Assignment(1, LIVE, ago(17), None, is_promoted=True),
            Assignment(2, LIVE, ago(60), ago(17), is_promoted=True),
        ],
        answers={8: {"triggers": ["Error above 9 %"]}},
        words={key: word(key) for key in (*keys, "speed_measured")},
    )
    for key, value in kwargs.items():
        setattr(held, key, value)
    return held


def test_the_default_is_level_0_with_the_failed_criteria_first() -> None:
    found = maturity(facts(), TARGETS, NOW)
    assert found.level == 0
    assert found.of(1)[0].state == FAILED
    assert found.of(1)[0].criterion.key == "retraining_trigger"
    assert len(found.judged) == len(CRITERIA) == 11


def test_records_and_words_together_reach_level_2_and_words_are_counted_apart() -> None:
    found = maturity(automated(), TARGETS, NOW)
    assert found.level == 2
    assert found.attested == 7
    assert {one.criterion.key for one in found.judged if one.state == MET} == {
        "automatic_checks", "from_registry", "metadata_complete", "fast_releases",
    }  # fmt: skip


def test_a_word_that_has_ended_no_longer_counts() -> None:
    held = automated()
    held.words["pipeline_runs"] = word("pipeline_runs", expires_on=NOW.date() - timedelta(days=1))
    found = maturity(held, TARGETS, NOW)
    assert found.level == 0
    (one,) = [one for one in found.judged if one.criterion.key == "pipeline_runs"]
    assert one.state == UNKNOWN
    assert "ended on 2026-05-31" in one.sentence


def test_records_outweigh_a_word() -> None:
    held = automated(assignments=[Assignment(1, LIVE, ago(17), None, is_promoted=False)])
    held.words["from_registry"] = word("from_registry")
    states = {one.criterion.key: one for one in maturity(held, TARGETS, NOW).judged}
    assert states["from_registry"].state == FAILED
    assert states["from_registry"].records[0].label == "model v1"
    assert states["way_back"].state == FAILED
    assert states["pipeline_runs"].state == ATTESTED


def test_a_word_that_it_does_not_hold_fails_the_criterion() -> None:
    held = automated()
    held.words["pipeline_deployed"] = word("pipeline_deployed", holds=False, expires_on=None)
    found = maturity(held, TARGETS, NOW)
    assert found.level == 0
    assert found.of(1)[0].criterion.key == "pipeline_deployed"


def test_the_percentage_of_complete_metadata_is_a_target_of_the_installation() -> None:
    held = automated(versions=[version(), version(2, has_environment=False)])
    asked = {one.criterion.key: one.state for one in maturity(held, TARGETS, NOW).judged}
    assert asked["metadata_complete"] == FAILED
    lax = maturity(held, completed({"metadata_percent": 50}), NOW)
    assert {one.criterion.key: one.state for one in lax.judged}["metadata_complete"] == MET


def test_targets_lie_where_they_mean_something() -> None:
    by_key = {target.key: target for target in TABLE}
    assert problem(by_key["pipeline_percent"], 101)
    assert not problem(by_key["pipeline_percent"], 100)
    assert all(not problem(target, target.default) for target in TABLE)
