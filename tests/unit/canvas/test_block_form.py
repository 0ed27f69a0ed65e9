"""The form of a block: nothing typed is lost on the way through HTML and back."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canvas.blocks import BLOCKS, get_block
from canvas.forms.blocks import BlockForm
from tests.unit.canvas import strategies
from tests.unit.canvas.browser_form import rendered, submitted

VALUE, SOURCES, EVALUATION, DECISIONS, WHEN_NOT = (get_block(number) for number in (1, 2, 5, 6, 10))


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_answers_shown_and_sent_again_are_the_same_answers(data):
    block = data.draw(st.sampled_from(BLOCKS))
    answers = data.draw(strategies.answers(block))
    form = BlockForm(block, submitted(BlockForm(block, initial=answers, based_on=7)))
    assert form.is_valid(), form.errors
    assert form.answers == answers
    assert form.cleaned_data["based_on"] == 7


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.key)
def test_an_empty_form_is_a_valid_draft(block):
    form = BlockForm(block, submitted(BlockForm(block)))
    assert form.is_valid(), form.errors
    assert form.answers == {}


def test_inputs_have_the_promised_names():
    sent = submitted(BlockForm(WHEN_NOT))
    assert {"based_on", "f-decision", "f-decided_on", "f-deciders-0-name", "f-deciders-1-role"} <= set(sent)
    assert sent["f-disqualifiers-0-disqualifier"] == "no_measurable_goal"
    assert "f-disqualifiers-10-disqualifier" not in sent
    assert {"f-latency_target-value", "f-latency_target-unit"} <= set(submitted(BlockForm(EVALUATION)))


def test_two_blank_rows_follow_those_that_are_filled_while_there_is_room():
    form = BlockForm(SOURCES, initial={"sources": [{"name": "a"}]})
    assert [row.is_blank for row in form.question("sources").rows] == [False, True, True]
    full = BlockForm(SOURCES, initial={"sources": [{"name": str(number)} for number in range(40)]})
    assert len(full.question("sources").rows) == 40


def test_rows_added_by_the_script_and_gaps_left_by_removed_ones_keep_their_order():
    data = {"based_on": "0", "f-sources-12-name": "later", "f-sources-3-name": "first", "f-sources-5-name": " "}
    form = BlockForm(SOURCES, data)
    assert form.is_valid()
    assert form.answers == {"sources": [{"name": "first"}, {"name": "later"}]}


def test_a_refused_form_shows_everything_that_was_typed_and_says_what_to_do():
    data = {
        "based_on": "4",
        "f-sources-0-name": "Kept <b>",
        "f-sources-2-name": "Second",
        "f-sources-2-type": "rumour",
        "f-owner": "x" * 200,
    }
    form = BlockForm(SOURCES, data)
    assert not form.is_valid()
    assert set(form.errors) == {"sources", "owner"}
    html = rendered(form)
    assert "Kept &lt;b&gt;" in html
    assert "x" * 200 in html
    # The second filled row is now the row with number 1, and its type has the error.
    assert re.search(r'name="f-sources-1-name" value="Second"', html)
    assert re.search(r'id="f-sources-1-type"[^>]*aria-describedby="f-sources-1-type-error"', html)
    assert 'id="f-sources-1-type-error"' in html
    assert re.search(r'id="f-owner"[^>]* aria-describedby="f-owner-help f-owner-error" aria-invalid="true"', html)
    assert "Shorten this to 150 characters; it has 200." in html


def test_a_wrong_cell_of_a_fixed_row_is_marked_where_it_stands():
    data = submitted(BlockForm(WHEN_NOT))
    data["f-disqualifiers-4-applies"] = "perhaps"
    form = BlockForm(WHEN_NOT, data)
    assert not form.is_valid()
    wrong = [row.title for row in form.question("disqualifiers").rows if any(cell.error for cell in row.cells)]
    assert wrong == ["Disqualifier 5"]


def test_a_single_user_of_an_earlier_revision_can_be_edited_as_the_first_row():
    form = BlockForm(VALUE, initial={"persona": {"name": "Planner", "goals": "Calm"}})
    sent = submitted(form)
    assert (sent["f-persona-0-name"], sent["f-persona-0-goals"]) == ("Planner", "Calm")


def test_a_form_without_its_revision_says_what_to_do():
    form = BlockForm(VALUE, {"f-sponsor": "A"})
    assert not form.is_valid()
    assert "Open the block again" in str(form.errors["based_on"])
    assert "Open the block again" in str(BlockForm(VALUE, {"based_on": "x"}).errors["based_on"])


def test_a_begun_answer_says_what_is_still_open():
    html = rendered(BlockForm(DECISIONS, initial={"solely_automated": {"answer": "no"}}))
    assert "Still open: Add the reason." in html


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.key)
def test_every_description_an_input_refers_to_is_on_the_page_once(block):
    html = rendered(BlockForm(block))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(set(ids)) == len(ids)
    for referred in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(referred.split()) <= set(ids)
    for labelled in re.findall(r'<label[^>]* for="([^"]+)"', html):
        assert labelled in ids


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.key)
def test_nothing_is_written_into_the_page_that_the_security_policy_forbids(block):
    html = rendered(BlockForm(block))
    assert "<script" not in html
    assert not re.search(r"\s(style|on\w+)=", html)


def test_choices_of_a_task_are_grouped_by_family():
    html = rendered(BlockForm(get_block(3), initial={"task": "clustering"}))
    assert html.count("<optgroup") == 3
    assert '<option value="clustering" selected>Clustering</option>' in html
