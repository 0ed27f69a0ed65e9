"""The policy's table: complete, readable, and changed only with its fingerprint."""

import pytest

from registry import policy


@pytest.mark.parametrize(
    ("stage", "count"), [("development", 0), ("staging", 4), ("production", 7), ("retired", 0), ("shadow", 7)]
)
def test_each_stage_asks_for_what_was_agreed(stage: str, count: int) -> None:
    assert len(policy.requirements_of(stage)) == count


def test_staging_asks_only_for_what_the_registry_works_out_itself() -> None:
    assert policy.policy_for("staging").requirements == policy.COMPUTED


def test_every_requirement_says_what_it_means_and_what_to_do() -> None:
    for requirement in policy.REQUIREMENTS:
        assert requirement.meaning.endswith(".")
        assert requirement.remedy.endswith(".")


def test_titles_read_as_part_of_a_sentence() -> None:
    assert policy.titles(["plan_complete"]) == "plan complete"
    assert policy.titles(["plan_complete", "kpis_met"]) == "plan complete and KPI thresholds met"


def test_stages_have_different_fingerprints() -> None:
    prints = {policy.fingerprint(stage) for stage in ("development", "staging", "production", "retired")}
    assert len(prints) == 4
