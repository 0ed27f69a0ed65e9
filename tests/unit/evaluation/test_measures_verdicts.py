"""Pass, fail or inconclusive: what an interval proves about a threshold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.measures.estimates import Estimate, show
from evaluation.measures.verdicts import (
    BadThreshold,
    Direction,
    Outcome,
    Threshold,
    at_least,
    at_most,
    judge,
)


def found(value: float | None, low: float | None, high: float | None, n: int = 100) -> Estimate:
    return Estimate("accuracy", value, low, high, n, "Wilson", reason="" if low is not None else "Too few rows.")


@pytest.mark.parametrize(
    ("threshold", "low", "high", "outcome"),
    [
        (at_least(0.8), 0.81, 0.9, Outcome.PASS),
        (at_least(0.8), 0.80, 0.9, Outcome.PASS),
        (at_least(0.8), 0.79, 0.9, Outcome.INCONCLUSIVE),
        (at_least(0.8), 0.70, 0.8, Outcome.INCONCLUSIVE),
        (at_least(0.8), 0.70, 0.79, Outcome.FAIL),
        (at_most(0.2), 0.1, 0.2, Outcome.PASS),
        (at_most(0.2), 0.1, 0.3, Outcome.INCONCLUSIVE),
        (at_most(0.2), 0.21, 0.3, Outcome.FAIL),
        (Threshold(Direction.BAND, 0.8, 1.25), 0.9, 1.1, Outcome.PASS),
        (Threshold(Direction.BAND, 0.8, 1.25), 0.7, 1.1, Outcome.INCONCLUSIVE),
        (Threshold(Direction.BAND, 0.8, 1.25), 0.5, 1.5, Outcome.INCONCLUSIVE),
        (Threshold(Direction.BAND, 0.8, 1.25), 0.5, 0.7, Outcome.FAIL),
        (Threshold(Direction.BAND, 0.8, 1.25), 1.3, 1.5, Outcome.FAIL),
    ],
)
def test_the_whole_interval_decides(threshold: Threshold, low: float, high: float, outcome: Outcome) -> None:
    assert judge(found((low + high) / 2, low, high), threshold).outcome is outcome


def test_an_open_question_says_how_many_more_rows_would_answer_it() -> None:
    verdict = judge(found(0.82, 0.78, 0.86), at_least(0.8))
    # The lower bound is 0.04 away and has to come within 0.02: half the width, four times the rows.
    assert verdict.more_rows == 300
    assert verdict.sentence == (
        "0.820 (95 % interval 0.780 to 0.860, n = 100 rows) against at least 0.800: the value meets it, but the "
        "interval reaches both sides. If the value stays, about 300 more rows would settle it."
    )


def test_a_value_on_the_threshold_promises_no_number_of_rows() -> None:
    verdict = judge(found(0.8, 0.7, 0.9), at_least(0.8))
    assert verdict.more_rows is None
    assert verdict.sentence.endswith("a sensible number of rows to settle it.")


def test_a_band_needs_enough_rows_for_its_nearer_end() -> None:
    verdict = judge(found(1.0, 0.5, 1.5), Threshold(Direction.BAND, 0.75, 1.25))
    assert verdict.more_rows == 300


def test_nothing_is_proved_without_a_value_or_without_an_interval() -> None:
    for estimate in (found(None, None, None), found(0.9, None, None)):
        assert judge(estimate, at_least(0.1)).outcome is Outcome.INCONCLUSIVE
    assert judge(found(None, None, None), at_least(0.1)).sentence == "There is no value to judge. Too few rows."


@given(st.floats(-5, 5), st.floats(0, 2), st.floats(0, 2), st.floats(-5, 5))
def test_up_and_down_mirror_each_other(value: float, below: float, above: float, at: float) -> None:
    up = judge(found(value, value - below, value + above), at_least(at)).outcome
    mirrored = judge(found(-value, -value - above, -value + below), at_most(-at)).outcome
    assert up is mirrored


@pytest.mark.parametrize(
    "ends",
    [
        (Direction.UP, None, 1.0),
        (Direction.DOWN, 1.0, None),
        (Direction.BAND, 1.0, None),
        (Direction.BAND, 2.0, 1.0),
        (Direction.UP, float("nan"), None),
    ],
)
def test_a_threshold_that_cannot_be_judged_is_refused(ends: tuple[Direction, float | None, float | None]) -> None:
    with pytest.raises(BadThreshold):
        Threshold(*ends)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.7843, "0.784"), (0.0607, "0.0607"), (-0.0005, "−0.0005"), (12.345, "12.35"), (123.45, "123.5"),
     (12345.6, "12,346"), (0.0, "0.000")],
)  # fmt: skip
def test_numbers_are_shown_with_the_digits_a_reader_can_use(value: float, text: str) -> None:
    assert show(value) == text
