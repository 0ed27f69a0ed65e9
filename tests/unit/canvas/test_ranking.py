from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas.ranking import DEFAULT, KEYS, Weights, bounds, ranked, score, terms


@dataclass(frozen=True)
class Idea:
    value: int = 0
    feasibility: int = 0
    data_readiness: int = 0
    risk: int = 0
    effort: int = 0
    is_prohibited: bool = False
    roi_likely: float | None = None


SCORES = st.integers(0, 5)
IDEAS = st.builds(Idea, SCORES, SCORES, SCORES, SCORES, SCORES, st.booleans(), st.none() | st.floats(-1, 10))


def test_the_score_is_the_weighted_sum_worked_out_by_hand() -> None:
    # 0.35·4/5 + 0.2·3/5 + 0.2·5/5 − 0.15·2/5 − 0.1·1/5 = 0.28 + 0.12 + 0.2 − 0.06 − 0.02
    assert score(Idea(4, 3, 5, 2, 1)) == pytest.approx(0.52)


def test_the_best_and_the_worst_idea_reach_the_ends_of_the_scale() -> None:
    assert bounds() == (-0.25, 0.75)
    assert score(Idea(5, 5, 5, 0, 0)) == pytest.approx(0.75)
    assert score(Idea(0, 0, 0, 5, 5)) == pytest.approx(-0.25)


def test_a_prohibited_practice_scores_nothing_and_comes_last() -> None:
    banned, poor = Idea(5, 5, 5, 0, 0, is_prohibited=True), Idea(0, 0, 0, 5, 5)
    assert score(banned) == 0
    assert [idea for idea, _ in ranked([banned, poor])] == [poor, banned]


def test_ties_go_to_the_higher_likely_return_and_an_unknown_return_comes_last() -> None:
    low, high, unknown = Idea(3, roi_likely=0.1), Idea(3, roi_likely=2.0), Idea(3)
    assert [idea for idea, _ in ranked([unknown, low, high])] == [high, low, unknown]


def test_other_weights_give_another_order() -> None:
    valuable, ready = Idea(value=5), Idea(data_readiness=5)
    assert ranked([valuable, ready])[0][0] == valuable
    assert ranked([valuable, ready], Weights(value=0.1, data_readiness=0.9))[0][0] == ready


@given(IDEAS)
def test_a_score_is_the_sum_of_its_terms_within_the_bounds(idea: Idea) -> None:
    low, high = bounds(DEFAULT)
    assert low <= score(idea) <= high
    assert [term.key for term in terms(idea)] == list(KEYS)
    if not idea.is_prohibited:
        assert score(idea) == pytest.approx(sum(term.points for term in terms(idea)), abs=1e-6)
