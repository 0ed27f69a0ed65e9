"""What is refused, with which sentence, and what is kept as it was written."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canvas.answers import InvalidAnswers, clean
from canvas.blocks import BLOCKS, get_block
from canvas.cleaning import clean_text
from tests.unit.canvas import strategies

VALUE, SOURCES, TASK = get_block(1), get_block(2), get_block(3)
EVALUATION, DECISIONS, WHEN_NOT = get_block(5), get_block(6), get_block(10)


def errors_of(block, raw):
    with pytest.raises(InvalidAnswers) as refused:
        clean(block, raw)
    return refused.value.errors


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_stored_answers_pass_unchanged(data):
    block = data.draw(st.sampled_from(BLOCKS))
    answers = data.draw(strategies.answers(block))
    assert clean(block, answers) == answers


def test_right_to_left_text_and_emoji_are_kept():
    for text in ("تقدير المخاطر", "\u200fשלום\u200e", "\u2066isolated\u2069", "👩🏽‍🔬", "نص\u200cفارسی"):
        assert clean(VALUE, {"sponsor": text}) == {"sponsor": text}


def test_text_is_composed_and_its_ends_are_trimmed():
    assert clean(VALUE, {"sponsor": "  Jose\u0301 "}) == {"sponsor": "Jos\u00e9"}


def test_line_ends_of_a_browser_become_plain_ones():
    assert clean(VALUE, {"problem_statement": "a\r\nb\rc"}) == {"problem_statement": "a\nb\nc"}


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x85", "\ud800", "\u202e"])
def test_invisible_characters_that_cannot_be_kept_are_named(character):
    assert errors_of(VALUE, {"problem_statement": f"a{character}b"}) == {
        "problem_statement": [f"Remove the invisible character U+{ord(character):04X}; it cannot be stored."]
    }


@pytest.mark.parametrize("character", ["\n", "\t", "\u2028"])
def test_a_short_text_has_one_line(character):
    assert errors_of(VALUE, {"sponsor": f"a{character}b"}) == {
        "sponsor": ["Write this on one line, without line breaks or tabs."]
    }


def test_a_text_that_is_too_long_says_how_long_it_is():
    assert clean(VALUE, {"benefit": "x" * 300})["benefit"] == "x" * 300
    assert errors_of(VALUE, {"benefit": "x" * 301}) == {"benefit": ["Shorten this to 300 characters; it has 301."]}
    assert errors_of(VALUE, {"problem_statement": "x" * 10_001}) == {
        "problem_statement": ["Shorten this to 10,000 characters; it has 10,001."]
    }


def test_blank_answers_are_left_out():
    raw = {"sponsor": " ", "affected_groups": ["", " "], "importance": {"size": "", "unit": None}, "persona": None}
    assert clean(VALUE, raw) == {}
    assert clean(SOURCES, {"sources": [{"name": " "}, {}]}) == {}
    assert clean(DECISIONS, {"solely_automated": {"answer": "", "reason": ""}}) == {}


def test_a_field_that_does_not_exist_is_refused():
    assert errors_of(VALUE, {"sponsr": "x"}) == {
        "": ["“sponsr” is not a field of block 1; remove it and send the rest again."]
    }
    assert "“colour” is not a part of this answer" in errors_of(VALUE, {"persona": {"colour": "x"}})["persona"][0]
    assert errors_of(SOURCES, {"sources": [{"password": "x"}]})["sources"][0].startswith("Row 1: “password” is not")


def test_a_choice_has_to_be_one_of_those_offered():
    assert errors_of(TASK, {"family": "magic"}) == {"family": ["Choose one of: Supervised, Unsupervised, Other."]}
    assert errors_of(DECISIONS, {"serving_mode": ["batch", "never"]})["serving_mode"][0].startswith("Choose one of")
    assert errors_of(DECISIONS, {"solely_automated": {"answer": "perhaps"}}) == {
        "solely_automated": ["Choose yes or no."]
    }


def test_several_choices_are_kept_once_in_the_order_of_the_table():
    assert clean(DECISIONS, {"serving_mode": ["stream", "batch", "stream"]}) == {"serving_mode": ["batch", "stream"]}


def test_a_task_has_to_belong_to_its_family():
    assert clean(TASK, {"family": "supervised", "task": "ranking"})
    assert errors_of(TASK, {"family": "unsupervised", "task": "ranking"}) == {
        "task": ["“Ranking” does not belong to the family chosen above; change one of them."]
    }


@pytest.mark.parametrize(
    ("typed", "stored"), [("12", 12), ("0.50", 0.5), (" 7 ", 7), ("1e3", 1000), (2.5, 2.5), ("-0", 0), ("٣", 3)]
)
def test_numbers_are_read_as_written(typed, stored):
    answer = clean(EVALUATION, {"latency_target": {"value": typed, "unit": "ms"}})["latency_target"]
    assert answer == {"value": stored, "unit": "ms"}
    assert type(answer["value"]) is type(stored)


@pytest.mark.parametrize("typed", ["twelve", "1,5", "NaN", "inf", True, [1], "1e400", "1.2345678901234567"])
def test_what_is_not_a_plain_number_is_refused(typed):
    (sentence,) = errors_of(EVALUATION, {"latency_target": {"value": typed, "unit": "ms"}})["latency_target"]
    assert sentence.startswith(("Write a", "Round this"))


def test_a_unit_has_to_be_one_of_those_offered():
    assert errors_of(EVALUATION, {"latency_target": {"value": 1, "unit": "fortnights"}}) == {
        "latency_target": ["Choose one of these units: ms, s, min."]
    }


def test_a_date_is_written_year_first():
    assert clean(WHEN_NOT, {"decided_on": "2026-03-31"}) == {"decided_on": "2026-03-31"}
    assert errors_of(WHEN_NOT, {"decided_on": "31.3.2026"}) == {
        "decided_on": ["Write the date as year-month-day, such as 2026-03-31."]
    }


def test_a_wrong_cell_is_named_by_its_row_and_column():
    with pytest.raises(InvalidAnswers) as refused:
        clean(SOURCES, {"sources": [{"name": "a"}, {"name": "b", "type": "rumour"}]})
    (problem,) = refused.value.problems
    assert (problem.field, problem.row, problem.column) == ("sources", 1, "type")
    assert problem.message.startswith("Row 2, Type: Choose one of: Internal database")


def test_a_name_may_appear_once_however_it_is_spelled():
    assert errors_of(SOURCES, {"sources": [{"name": "Core bank"}, {"name": "core  BANK"}]}) == {
        "sources": ["Row 2: “core  BANK” stands in an earlier row already; keep one of the two."]
    }
    same = {"name": "A. Person"}
    assert "deciders" in errors_of(
        WHEN_NOT, {"deciders": [{"role": "sponsor", **same}, {"role": "risk_owner", **same}]}
    )


def test_too_many_rows_and_lines_are_counted():
    many = [{"name": str(number)} for number in range(41)]
    assert errors_of(SOURCES, {"sources": many}) == {"sources": ["Keep this to 40 rows; it has 41."]}
    assert errors_of(VALUE, {"affected_groups": ["x"] * 61}) == {
        "affected_groups": ["Keep this to 60 lines; it has 61."]
    }


def test_a_wrong_line_of_a_list_is_named():
    assert errors_of(VALUE, {"affected_groups": ["a", "b\0"]}) == {
        "affected_groups": ["Line 2: Remove the invisible character U+0000; it cannot be stored."]
    }


def test_all_errors_are_reported_at_once():
    assert set(errors_of(VALUE, {"sponsor": "\0", "benefit": "x" * 301, "odd": 1})) == {"sponsor", "benefit", ""}


@pytest.mark.parametrize("raw", ["text", 5, ["x"]])
def test_a_wrong_shape_is_refused_in_words(raw):
    assert "persona" in errors_of(VALUE, {"persona": raw})
    assert "sources" in errors_of(SOURCES, {"sources": raw})
    assert "legal_or_similar_effect" in errors_of(DECISIONS, {"legal_or_similar_effect": raw})


def test_disqualifiers_are_kept_in_the_order_of_the_table():
    rows = [
        {"disqualifier": "cost_above_benefit", "applies": "no"},
        {"disqualifier": "no_measurable_goal", "applies": "no"},
        {"disqualifier": "no_legal_basis"},
    ]
    kept = clean(WHEN_NOT, {"disqualifiers": rows})["disqualifiers"]
    assert [row["disqualifier"] for row in kept] == ["no_measurable_goal", "cost_above_benefit"]


def test_clean_text_serves_other_forms_with_the_same_rules():
    assert clean_text(" e\u0301 ", max_length=5) == "\u00e9"
    with pytest.raises(ValueError, match="U\\+0000"):
        clean_text("\0", max_length=5)


def test_a_single_user_as_it_was_once_kept_is_still_taken():
    assert clean(VALUE, {"persona": {"name": "Planner"}}) == {"persona": [{"name": "Planner"}]}
