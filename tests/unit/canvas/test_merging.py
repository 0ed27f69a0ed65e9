"""Two edits of one text: what goes together by itself, what waits for a choice, and that no word is dropped."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canvas.blocks import BLOCKS, get_block
from canvas.merging import FieldMerge, Outcome, merge
from tests.unit.canvas import strategies

VALUE, SOURCES, DECISIONS = get_block(1), get_block(2), get_block(6)
POEM = "roses\nviolets\nsugar\nyou"


def only(block: Any, key: str, base: Any, mine: Any, theirs: Any) -> FieldMerge:
    (found,) = merge(block, base={key: base}, mine={key: mine}, theirs={key: theirs})
    return found


def test_a_field_that_one_of_two_changed_needs_no_choice() -> None:
    base = {"sponsor": "A", "need": "wait"}
    found = merge(VALUE, base=base, mine={**base, "sponsor": "B"}, theirs={**base, "need": "hurry"})
    assert [(one.field.key, one.outcome, one.merged) for one in found] == [
        ("need", Outcome.THEIRS, "hurry"),
        ("sponsor", Outcome.MINE, "B"),
    ]
    assert not any(one.needs_choice for one in found)


def test_the_same_change_by_both_is_no_difference() -> None:
    assert merge(VALUE, base={"sponsor": "A"}, mine={"sponsor": "B"}, theirs={"sponsor": "B"}) == []


def test_a_line_that_both_wrote_otherwise_waits_for_a_choice() -> None:
    found = only(VALUE, "sponsor", "A", "B", "C")
    assert (found.outcome, found.needs_choice) == (Outcome.CONFLICT, True)
    assert "".join(part.text for part in found.mine_text) == "B"
    assert "".join(part.text for part in found.theirs_text) == "C"


def test_paragraphs_changed_in_different_places_go_together() -> None:
    found = only(VALUE, "problem_statement", POEM, POEM.replace("roses", "Roses"), f"{POEM}\nand me")
    assert (found.outcome, found.merged) == (Outcome.MERGED, "Roses\nviolets\nsugar\nyou\nand me")


def test_the_same_paragraph_changed_by_both_keeps_both_until_somebody_chooses() -> None:
    found = only(VALUE, "problem_statement", POEM, POEM.replace("sugar", "honey"), POEM.replace("sugar", "salt"))
    assert found.outcome is Outcome.CONFLICT
    assert found.merged == "roses\nviolets\nsalt\nhoney\nyou"


A, B = {"name": "A", "owner": "x"}, {"name": "B", "owner": "y"}


def test_rows_that_nobody_else_touched_go_together() -> None:
    mine = [{**A, "owner": "mine"}, B]
    theirs = [A, {**B, "owner": "theirs"}, {"name": "C"}]
    found = only(SOURCES, "sources", [A, B], mine, theirs)
    assert found.outcome is Outcome.MERGED
    assert found.merged == [{"name": "A", "owner": "mine"}, {"name": "B", "owner": "theirs"}, {"name": "C"}]


def test_new_rows_of_both_are_all_kept_and_a_removed_one_stays_removed() -> None:
    found = only(SOURCES, "sources", [A, B], [B, {"name": "mine"}], [A, B, {"name": "theirs"}])
    assert found.outcome is Outcome.MERGED
    assert [row["name"] for row in found.merged] == ["B", "theirs", "mine"]


def test_different_cells_of_one_row_go_together_and_the_same_cell_waits() -> None:
    apart = only(SOURCES, "sources", [A], [{**A, "volume": "9 GB"}], [{**A, "owner": "z"}])
    assert (apart.outcome, apart.merged) == (Outcome.MERGED, [{"name": "A", "owner": "z", "volume": "9 GB"}])
    assert only(SOURCES, "sources", [A], [{**A, "owner": "m"}], [{**A, "owner": "z"}]).outcome is Outcome.CONFLICT


def test_a_row_that_one_removed_and_the_other_changed_waits_and_is_still_there() -> None:
    found = only(SOURCES, "sources", [A, B], [B], [{**A, "owner": "z"}, B])
    assert found.outcome is Outcome.CONFLICT
    assert {**A, "owner": "z"} in found.merged


def test_lines_of_a_list_are_added_and_removed_one_by_one() -> None:
    found = only(VALUE, "affected_groups", ["a", "b"], ["a", "mine"], ["a", "b", "theirs"])
    assert (found.outcome, found.merged) == (Outcome.MERGED, ["a", "theirs", "mine"])


def test_a_line_that_both_rewrote_waits_with_both_on_the_page() -> None:
    found = only(VALUE, "affected_groups", ["a", "b"], ["a", "b of mine"], ["a", "b of theirs"])
    assert (found.outcome, found.merged) == (Outcome.CONFLICT, ["a", "b of theirs", "b of mine"])


def test_a_single_user_of_an_earlier_revision_is_the_first_row() -> None:
    found = only(VALUE, "persona", {"name": "P"}, [{"name": "P"}, {"name": "Q"}], [{"name": "P", "goals": "calm"}])
    assert (found.outcome, found.merged) == (Outcome.MERGED, [{"name": "P", "goals": "calm"}, {"name": "Q"}])


def test_typed_text_that_cannot_be_stored_yet_is_shown_as_it_is() -> None:
    found = only(get_block(3), "horizon", None, {"value": "about 3", "unit": "days"}, {"value": 2, "unit": "days"})
    assert "about 3" in "".join(part.text for part in found.mine_text)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_two_people_write_each_text_is_on_the_page_in_full(data: st.DataObject) -> None:
    block = data.draw(st.sampled_from(BLOCKS))
    base, mine, theirs = (data.draw(strategies.answers(block)) for _ in range(3))
    found = {one.field.key: one for one in merge(block, base=base, mine=mine, theirs=theirs)}
    for field in block.fields:
        if field.key not in found:
            assert mine.get(field.key) == theirs.get(field.key)
            continue
        one = found[field.key]
        assert (one.mine, one.theirs) == (mine.get(field.key), theirs.get(field.key))
        if one.outcome is Outcome.MINE:
            assert one.theirs == base.get(field.key)
        if one.outcome is Outcome.THEIRS:
            assert one.mine == base.get(field.key)


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(*(st.lists(st.sampled_from("abcdef"), max_size=8).map("\n".join) for _ in range(3)))
def test_no_new_line_of_either_is_missing_from_what_is_put_together(base: str, mine: str, theirs: str) -> None:
    found = merge(
        VALUE, base={"problem_statement": base}, mine={"problem_statement": mine}, theirs={"problem_statement": theirs}
    )
    for one in found:
        kept = (one.merged or "").split("\n")
        if one.needs_choice:
            new = (set(mine.split("\n")) | set(theirs.split("\n"))) - set(base.split("\n"))
            assert new <= set(kept)
