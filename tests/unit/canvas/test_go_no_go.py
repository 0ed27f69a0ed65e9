"""What the records suggest: the stated rule, branch by branch."""

import math

import pytest

from canvas.go_no_go import Return, suggest
from tests.factories.risk import disqualifiers

GOOD = Return(3, 0.5, 0.2)


@pytest.mark.parametrize("key", ["prohibited_practice", "no_legal_basis"])
def test_what_is_forbidden_is_a_no_go_whatever_it_earns(key: str) -> None:
    found = suggest(disqualifiers(**{key: "The works council never agreed."}), expected=GOOD)
    assert found.outcome == "no-go"
    assert "The works council never agreed." in found.reasons[0]


def test_what_is_forbidden_is_a_no_go_while_other_questions_are_open() -> None:
    rows = [row for row in disqualifiers(no_legal_basis="None.") if row["disqualifier"] != "cost_above_benefit"]
    assert suggest(rows, expected=None).outcome == "no-go"


def test_a_signed_prohibition_is_a_no_go_with_a_spotless_block_10() -> None:
    found = suggest(disqualifiers(), expected=GOOD, stops=["Social scoring is a prohibited practice."])
    assert (found.outcome, found.reasons) == ("no-go", ("Social scoring is a prohibited practice.",))


def test_an_open_disqualifier_is_looked_at_again_and_named() -> None:
    rows = [row for row in disqualifiers() if row["disqualifier"] != "cannot_be_monitored"]
    found = suggest(rows, expected=GOOD)
    assert found.outcome == "revisit"
    assert found.reasons == ("Not answered in block 10: It cannot be monitored in use.",)
    assert len(suggest([], expected=GOOD).reasons) == 10
    # A row without an answer is open still.
    assert suggest([*rows, {"disqualifier": "cannot_be_monitored"}], expected=GOOD).outcome == "revisit"


def test_any_other_disqualifier_asks_for_conditions() -> None:
    found = suggest(disqualifiers(simpler_rule_as_good="By two points"), expected=GOOD)
    assert found.outcome == "go-with-conditions"
    assert found.reasons == ("A simpler rule is as good: By two points.",)


def test_a_return_above_the_hurdle_is_a_go() -> None:
    found = suggest(disqualifiers(), expected=GOOD)
    assert found.outcome == "go"
    assert "estimate 3 expects 50 %, the hurdle is 20 %" in found.reasons[1]


@pytest.mark.parametrize("roi", [0.2, 0.1, -0.4])
def test_a_return_at_or_below_the_hurdle_is_no_go_ahead(roi: float) -> None:
    assert suggest(disqualifiers(), expected=Return(1, roi, 0.2)).outcome == "go-with-conditions"


def test_no_estimate_is_said() -> None:
    found = suggest(disqualifiers(), expected=None)
    assert found.outcome == "revisit"
    assert "no estimate" in found.reasons[1]


@pytest.mark.parametrize("roi", [None, math.nan, math.inf])
def test_an_estimate_without_costs_has_no_return(roi: float | None) -> None:
    assert suggest(disqualifiers(), expected=Return(1, roi, 0.2)).outcome == "revisit"
