"""Brings two edits of one block together: what each changed since the text both began from, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise
from typing import Any

from canvas.answers import display, display_cell, upgraded_answers
from canvas.blocks.shape import Field, Kind, Table
from canvas.diff import Mark, Segment, words

TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.PERSON)
# A gap in a record, as opposed to a part that holds an empty text.
GONE = object()


class Outcome(StrEnum):
    """Whose change of a field survives."""

    MINE = "mine"
    THEIRS = "theirs"
    MERGED = "merged"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class FieldMerge:
    """A field on which two edits differ: both values, and what they give when they are put together."""

    field: Field
    mine: Any
    theirs: Any
    merged: Any
    outcome: Outcome

    @property
    def needs_choice(self) -> bool:
        """Whether both changed it, so that a person looks at the result."""
        return self.outcome in (Outcome.CONFLICT, Outcome.MERGED)

    @property
    def theirs_text(self) -> list[Segment]:
        """Their text, with the words marked that are not in mine."""
        return _joined(segment for segment in self._segments if segment.mark is not Mark.ADDED)

    @property
    def mine_text(self) -> list[Segment]:
        """My text, with the words marked that are not in theirs."""
        return _joined(segment for segment in self._segments if segment.mark is not Mark.REMOVED)

    @property
    def merged_text(self) -> str:
        """What survives without a choice, as text."""
        return shown(self.field, self.merged)

    @property
    def _segments(self) -> list[Segment]:
        return words(shown(self.field, self.theirs), shown(self.field, self.mine))


def merge(
    table: Table, *, base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[FieldMerge]:
    """Every field on which two edits of the same answers differ, in the order of the table."""
    began, own, other = (upgraded_answers(table, answers) for answers in (base, mine, theirs))
    return [
        _field(field, began.get(field.key), own.get(field.key), other.get(field.key))
        for field in table.fields
        if (own.get(field.key) or None) != (other.get(field.key) or None)
    ]


def shown(field: Field, value: Any) -> str:
    """A value as text for people, also when it was typed and cannot be stored."""
    try:
        return display(field, value)
    except (TypeError, ValueError, KeyError, AttributeError):
        return "\n".join(_leaves(value))


def _joined(segments: Iterable[Segment]) -> list[Segment]:
    """Runs of marked words as one, over the spaces between them."""
    joined: list[Segment] = []
    for segment in segments:
        if len(joined) > 1 and segment.mark is not Mark.SAME and joined[-1].text.isspace():
            space, marked = joined.pop(), joined.pop()
            joined.append(Segment(segment.mark, marked.text + space.text + segment.text))
        else:
            joined.append(segment)
    return joined


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value not in (None, ""):
        yield str(value)


def _field(field: Field, base: Any, mine: Any, theirs: Any) -> FieldMerge:
    if (mine or None) == (base or None):
        return FieldMerge(field, mine, theirs, theirs, Outcome.THEIRS)
    if (theirs or None) == (base or None):
        return FieldMerge(field, mine, theirs, mine, Outcome.MINE)
    try:
        merged, is_clean = _together(field, base, mine, theirs)
    except (TypeError, AttributeError):  # typed text of another shape: a person decides
        merged, is_clean = mine, False
    return FieldMerge(field, mine, theirs, merged, Outcome.MERGED if is_clean else Outcome.CONFLICT)


def _together(field: Field, base: Any, mine: Any, theirs: Any) -> tuple[Any, bool]:
    match field.kind:
        case Kind.ROWS:
            return _rows(field, base or [], mine or [], theirs or [])
        case Kind.PARTS | Kind.YES_NO:
            return _record(base or {}, mine or {}, theirs or {})
        case Kind.LIST:
            return _list(base or [], mine or [], theirs or [])
        case Kind.CHOICES:
            picked, _ = _list(base or [], mine or [], theirs or [])
            return [choice.value for choice in field.choices if choice.value in picked], True
        case Kind.LONG_TEXT:
            return _text(base or "", mine or "", theirs or "")
        case _:
            return mine, False


def _record(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Part by part; where both changed one part, mine stands in for the choice."""
    merged, is_clean = {}, True
    for key in dict.fromkeys([*theirs, *mine]):
        began, own, other = (record.get(key, GONE) for record in (base, mine, theirs))
        value = other if own == began else own
        is_clean &= own == other or began in (own, other)
        if value is not GONE:
            merged[key] = value
    return merged, is_clean


Rows = list[dict[str, Any]]


def _rows(field: Field, base: Rows, mine: Rows, theirs: Rows) -> tuple[Rows, bool]:
    """Row by row, each known by its first column; in their order, with my new rows below."""
    began, own, other = (_named(field, rows) for rows in (base, mine, theirs))
    merged, is_clean = [], True
    for name in dict.fromkeys([*other, *own]):
        row, row_is_clean = _row(began.get(name), own.get(name), other.get(name))
        is_clean &= row_is_clean
        if row:
            merged.append(row)
    return merged, is_clean


def _row(
    base: dict[str, Any] | None, mine: dict[str, Any] | None, theirs: dict[str, Any] | None
) -> tuple[dict[str, Any] | None, bool]:
    if mine in (base, theirs):
        return theirs, True
    if theirs == base:
        return mine, True
    # One removed what the other changed: nothing is dropped before somebody has chosen.
    if mine is None or theirs is None:
        return mine or theirs, False
    return _record(base or {}, mine, theirs)


def _named(field: Field, rows: Rows) -> dict[tuple[str, int], dict[str, Any]]:
    named: dict[tuple[str, int], dict[str, Any]] = {}
    first = field.columns[0]
    for row in rows:
        name, place = " ".join(display_cell(first, row.get(first.key)).casefold().split()), 0
        while (name, place) in named:
            place += 1
        named[name, place] = row
    return named


def _list(base: list[str], mine: list[str], theirs: list[str]) -> tuple[list[str], bool]:
    """Their lines without those I removed, and my new ones below; unclear where both rewrote the same line."""
    merged = [line for line in theirs if line in mine or line not in base]
    merged += [line for line in mine if line not in base and line not in theirs]
    removed_by_both = [line for line in base if line not in mine and line not in theirs]
    both_added = any(line not in base for line in mine) and any(line not in base for line in theirs)
    return merged, not (removed_by_both and both_added)


def _text(base: str, mine: str, theirs: str) -> tuple[str, bool]:
    """Line by line; where both changed the same lines, theirs stand above mine until somebody has chosen."""
    began, own, other = (text.split("\n") for text in (base, mine, theirs))
    ours, others = _changes(began, own), _changes(began, other)
    merged, is_clean, place = [], True, 0
    for start, end in _regions(ours + others):
        merged += began[place:start]
        mine_here, theirs_here = _applied(began, ours, start, end), _applied(began, others, start, end)
        if mine_here == theirs_here or mine_here == began[start:end]:
            merged += theirs_here
        elif theirs_here == began[start:end]:
            merged += mine_here
        else:
            is_clean = False
            merged += [*theirs_here, *mine_here]
        place = end
    return "\n".join(merged + began[place:]), is_clean


Change = tuple[int, int, list[str]]


def _changes(before: list[str], after: list[str]) -> list[Change]:
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(start, end, after[new:new_end]) for tag, start, end, new, new_end in codes if tag != "equal"]


def _regions(changes: list[Change]) -> list[tuple[int, int]]:
    """The stretches of lines that anybody touched; stretches that meet are one."""
    spans = sorted((start, end) for start, end, _ in changes)
    regions = spans[:1]
    for _, (start, end) in pairwise(spans):
        last_start, last_end = regions[-1]
        if start <= last_end:
            regions[-1] = (last_start, max(end, last_end))
        else:
            regions.append((start, end))
    return regions


def _applied(lines: list[str], changes: list[Change], start: int, end: int) -> list[str]:
    result, place = [], start
    for changed_start, changed_end, new in changes:
        if start <= changed_start and changed_end <= end:
            result += [*lines[place:changed_start], *new]
            place = changed_end
    return result + lines[place:end]
