"""What counts as answered, what comes next, and how a block reads in a few lines."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canvas.answers import (
    canvas_percent,
    claim,
    completeness,
    display,
    is_answered,
    next_field,
    summary_lines,
    value_statement,
    what_is_missing,
)
from canvas.blocks import BLOCKS, get_block
from tests.unit.canvas import strategies

VALUE, SOURCES, TASK, COLLECTING = get_block(1), get_block(2), get_block(3), get_block(7)
BUILDING, DECISIONS, WHEN_NOT = get_block(8), get_block(6), get_block(10)

STATEMENT = {
    "target_customer": "gardeners",
    "need": "forget to water",
    "product_or_service": "soil clock",
    "product_category": "a small sensor",
    "benefit": "rings when soil is dry.",
}
SOURCE = {
    "name": "Rain gauge",
    "type": "sensor",
    "owner": "Head gardener",
    "origin": "Roof",
    "collection_period": "2024 on",
    "refresh": "hourly",
    "licence_or_terms": "own",
    "personal_data": "none",
    "access_status": "granted",
}


def keys(found):
    return [field.key for field in found.missing]


def test_an_empty_block_lacks_every_required_field():
    empty = completeness(VALUE, {})
    assert (empty.answered, empty.required, empty.percent, empty.is_complete) == (0, 16, 0, False)
    assert keys(empty)[0] == "target_customer"


def test_each_answer_counts_once_and_optional_ones_do_not():
    found = completeness(VALUE, {**STATEMENT, "stop_reasons": "No rain.", "assumptions": ["x"]})
    assert (found.answered, found.required, found.percent) == (5, 16, 31)
    assert "need" not in keys(found)


def test_a_row_with_an_open_cell_does_not_answer():
    sources = SOURCES.field("sources")
    assert is_answered(sources, [SOURCE])
    begun = [SOURCE, {**SOURCE, "name": "Shed", "owner": ""} | {}]
    del begun[1]["owner"]
    assert not is_answered(sources, begun)
    assert what_is_missing(sources, begun) == ["Row 2: fill in “Owner”."]


def test_personal_data_call_for_a_lawful_basis():
    sources = SOURCES.field("sources")
    personal = {**SOURCE, "personal_data": "personal"}
    assert what_is_missing(sources, [personal]) == ["Row 1: fill in “Lawful basis”."]
    assert is_answered(sources, [{**personal, "lawful_basis": "Consent"}])


def test_a_binary_task_calls_for_the_meaning_of_positive():
    answers = {"family": "supervised", "task": "binary_classification"}
    assert "positive_class_meaning" in keys(completeness(TASK, answers))
    assert "positive_class_meaning" not in keys(completeness(TASK, {**answers, "task": "ranking"}))
    assert completeness(TASK, answers).required == completeness(TASK, {}).required + 1


def test_a_schedule_calls_for_a_cadence():
    assert "cadence" in keys(completeness(BUILDING, {"retrain_mode": "scheduled"}))
    assert "cadence" not in keys(completeness(BUILDING, {"retrain_mode": "static"}))


def test_yes_or_no_needs_its_reason_and_a_number_its_unit():
    effect = DECISIONS.field("legal_or_similar_effect")
    assert what_is_missing(effect, {"answer": "no"}) == ["Add the reason."]
    assert is_answered(effect, {"answer": "no", "reason": "Only hours."})
    rate = COLLECTING.field("rate")
    assert what_is_missing(rate, {"value": 0}) == ["Choose the unit."]
    assert is_answered(rate, {"value": 0, "unit": "per day"})


def test_every_disqualifier_has_to_be_answered_and_both_deciders_named():
    field = WHEN_NOT.field("disqualifiers")
    rows = [{"disqualifier": key, "applies": "no", "reason": "x"} for key in field.must_cover]
    assert is_answered(field, rows)
    assert what_is_missing(field, rows[1:]) == ["Answer “There is no measurable goal”."]
    deciders = WHEN_NOT.field("deciders")
    assert what_is_missing(deciders, [{"role": "sponsor", "name": "A"}]) == ["Answer “Risk owner”."]


def test_the_five_parts_read_as_one_sentence():
    assert value_statement(STATEMENT) == (
        "For gardeners, who forget to water, our soil clock is a small sensor that rings when soil is dry."
    )
    assert value_statement({**STATEMENT, "need": ""}) == ""
    assert claim(VALUE, STATEMENT) == value_statement(STATEMENT)


def test_the_claim_of_block_six_is_its_first_sentence():
    assert claim(DECISIONS, {"decision": "Refer, e.g. by 0.7. points, never reject. The rest follows."}) == (
        "Refer, e.g. by 0.7. points, never reject."
    )
    assert claim(SOURCES, {}) == ""


def test_next_names_the_first_open_field_in_the_order_of_the_blocks():
    assert [item.key for item in next_field({})] == ["value_proposition", "target_customer"]
    assert [item.key for item in next_field({1: STATEMENT})] == ["value_proposition", "problem_statement"]


def test_the_percentage_weighs_every_block_alike():
    assert canvas_percent({}) == 0
    # One of block 2's two required fields is a twentieth of the canvas.
    assert canvas_percent({2: {"sources": [SOURCE]}}) == 5


PERSONA = {"name": "Night planner", "goals": "A calm morning", "pains": "False alarms", "skills": "Reads tables"}


def test_a_single_user_of_an_earlier_revision_reads_as_the_first_of_several():
    users = VALUE.field("persona")
    assert display(users, PERSONA) == display(users, [PERSONA])
    assert is_answered(users, PERSONA)
    assert summary_lines(VALUE, {"persona": PERSONA}) == ["For: Night planner"]
    assert summary_lines(VALUE, {"persona": [PERSONA, {"name": "Mechanic"}]}) == ["For: Night planner; Mechanic"]
    begun = {key: PERSONA[key] for key in ("name", "goals", "pains")}
    assert what_is_missing(users, begun) == ["Row 1: fill in “Skills”."]


def test_values_are_shown_in_words():
    assert display(TASK.field("task"), "survival") == "Survival: time to an event"
    assert display(WHEN_NOT.field("decided_on"), "2026-03-07") == "7 March 2026"
    assert display(COLLECTING.field("rate"), {"value": 14000, "unit": "per week"}) == "14,000 per week"
    assert display(DECISIONS.field("solely_automated"), {"answer": "no", "reason": "A person reads it."}) == (
        "No: A person reads it."
    )
    assert display(WHEN_NOT.field("deciders"), [{"role": "sponsor", "name": "A"}]) == "Role: Sponsor; Name: A"
    assert display(TASK.field("task"), None) == ""


def test_the_board_shows_rows_by_name_and_counts_the_rest():
    rows = [{"metric": name, "threshold": "0.8"} for name in "abcde"]
    assert summary_lines(get_block(9), {"live_metrics": rows}) == ["a: 0.8", "b: 0.8", "and 3 more"]
    assert summary_lines(get_block(4), {"features": [{"name": "x"}, {"name": "y"}]}) == ["2 features: x; y"]


def test_long_lines_are_cut_between_words():
    (line,) = summary_lines(VALUE, {"current_process": "word " * 40})
    assert line.endswith("word…")
    assert len(line) <= 90


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_board_never_shows_more_lines_than_it_has_room_for(data):
    block = data.draw(st.sampled_from(BLOCKS))
    answers = data.draw(strategies.answers(block))
    lines = summary_lines(block, answers)
    assert len(lines) <= block.board_lines
    assert all(0 < len(line) <= 90 and "\n" not in line for line in lines)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_completeness_adds_up_whatever_is_answered(data):
    block = data.draw(st.sampled_from(BLOCKS))
    answers = data.draw(strategies.answers(block))
    found = completeness(block, answers)
    assert found.answered + len(found.missing) == found.required
    assert found.is_complete == (found.percent == 100)
    for field in found.missing:
        assert field.key not in answers or what_is_missing(field, answers[field.key])
