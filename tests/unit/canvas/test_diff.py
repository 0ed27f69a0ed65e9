"""The difference between two revisions, as a person would tell it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canvas.blocks import BLOCKS, get_block
from canvas.diff import Mark, Segment, diff, words
from tests.unit.canvas import strategies

VALUE, TASK, FEATURES, DECISIONS = get_block(1), get_block(3), get_block(4), get_block(6)
SAME, ADDED, REMOVED, CHANGED = Mark.SAME, Mark.ADDED, Mark.REMOVED, Mark.CHANGED


def only(block, before, after):
    (change,) = diff(block, before, after).changes
    return change


def test_words_that_came_and_went_are_marked():
    change = only(DECISIONS, {"decision": "Refer the case today."}, {"decision": "Refer each case today."})
    assert change.segments == [
        Segment(SAME, "Refer "),
        Segment(REMOVED, "the"),
        Segment(ADDED, "each"),
        Segment(SAME, " case today."),
    ]
    assert (change.mark, change.before, change.after) == (CHANGED, "Refer the case today.", "Refer each case today.")


def test_a_choice_goes_from_one_label_to_another():
    change = only(TASK, {"family": "supervised"}, {"family": "other"})
    assert change.segments == [Segment(REMOVED, "Supervised"), Segment(ADDED, "Other")]


def test_a_number_is_replaced_as_a_whole():
    change = only(TASK, {"horizon": {"value": 1, "unit": "days"}}, {"horizon": {"value": 12, "unit": "days"}})
    assert change.segments == [Segment(REMOVED, "1 days"), Segment(ADDED, "12 days")]


def test_lines_of_a_list_come_and_go():
    change = only(VALUE, {"affected_groups": ["a", "b"]}, {"affected_groups": ["b", "c"]})
    assert change.items == [Segment(REMOVED, "a"), Segment(SAME, "b"), Segment(ADDED, "c")]
    assert change.sentence == "added 1 line in people affected, removed 1 line in people affected"


def test_rows_are_paired_by_their_first_column():
    before = [{"name": "age", "transformation": "none"}, {"name": "sex"}, {"name": "bmi"}]
    after = [{"name": "bmi"}, {"name": "age", "transformation": "in decades"}, {"name": "bp"}]
    change = only(FEATURES, {"features": before}, {"features": after})
    assert [(row.mark, row.name) for row in change.rows] == [(CHANGED, "age"), (ADDED, "bp"), (REMOVED, "sex")]
    (cell,) = change.rows[0].cells
    assert cell.column.key == "transformation"
    assert cell.segments == words("none", "in decades")
    assert change.sentence == "added 1 feature, removed 1 feature, changed 1 feature"


def test_parts_of_a_record_change_one_by_one():
    before, after = {"what": "All", "retention": "1 year"}, {"what": "All", "retention": "2 years"}
    change = only(get_block(9), {"logging": before}, {"logging": after})
    (row,) = change.rows
    assert [cell.column.key for cell in row.cells] == ["retention"]


def test_the_summary_is_one_sentence():
    before = {"decision_threshold": "0.5", "appeal_path": "By letter"}
    after = {"decision_threshold": "0.6", "owner": "A"}
    assert diff(DECISIONS, before, after).summary == (
        "Changed decision threshold; cleared appeal; answered owner of this block."
    )
    assert diff(FEATURES, {}, {"features": [{"name": "x"}]}).summary == "Added 1 feature."
    assert diff(VALUE, {"sponsor": "A"}, {"sponsor": "A"}).summary == "No change."


def test_rows_in_another_order_are_told_as_such():
    rows = [{"name": "a"}, {"name": "b"}]
    assert diff(FEATURES, {"features": rows}, {"features": rows[::-1]}).summary == "Reordered features planned."


def test_a_very_long_text_is_shown_as_replaced():
    before, after = "word " * 3000, "other " * 3000
    assert words(before, after) == [Segment(REMOVED, before), Segment(ADDED, after)]


def joined(segments, *marks):
    return "".join(segment.text for segment in segments if segment.mark in marks)


@settings(max_examples=100, deadline=None)
@given(strategies.lines(), strategies.lines())
def test_marked_words_give_both_texts_back(before, after):
    segments = words(before, after)
    assert joined(segments, SAME, REMOVED) == before
    assert joined(segments, SAME, ADDED) == after


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_field_is_listed_exactly_when_its_answer_differs(data):
    block = data.draw(st.sampled_from(BLOCKS))
    before, after = data.draw(strategies.answers(block)), data.draw(strategies.answers(block))
    found = diff(block, before, after)
    assert {change.field.key for change in found.changes} == {
        field.key for field in block.fields if before.get(field.key) != after.get(field.key)
    }
    assert len(found.summary) <= 300
    assert not diff(block, before, before).changes


def test_a_single_user_that_became_several_is_compared_row_by_row():
    first = {"name": "Planner", "goals": "Calm", "pains": "Noise", "skills": "Tables"}
    assert not diff(get_block(1), {"persona": first}, {"persona": [first]}).changes
    (change,) = diff(get_block(1), {"persona": first}, {"persona": [first, {"name": "Mechanic"}]}).changes
    assert change.sentence == "added 1 user"
    assert [(row.mark, row.name) for row in change.rows] == [("added", "Mechanic")]
