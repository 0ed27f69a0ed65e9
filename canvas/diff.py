"""What changed between two revisions of a block, field by field, as plain data a page can show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from canvas.answers import display, display_cell, upgraded_answers
from canvas.blocks.shape import Column, Field, Kind, Table

# Beyond this many words a comparison word by word costs more than it tells.
WORDS = 4_000

# With the words for what is left out, a summary stays below the 300 characters a revision keeps.
SUMMARY_LENGTH = 270


class Mark(StrEnum):
    """What happened to a piece of text, an item, a row or a field."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Segment:
    """A run of text that stayed, came or went."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class CellChange:
    """A cell that differs, with its words marked."""

    column: Column
    segments: list[Segment]


@dataclass(frozen=True)
class RowChange:
    """A row that came, went or differs; named by its first column."""

    mark: Mark
    name: str
    cells: list[CellChange]


@dataclass(frozen=True)
class FieldChange:
    """A field that differs: marked words, items or rows, and both versions as text."""

    field: Field
    mark: Mark
    before: str
    after: str
    segments: list[Segment]
    items: list[Segment]
    rows: list[RowChange]

    @property
    def sentence(self) -> str:
        """The change in a few words, starting with a small letter."""
        name = _lowered(self.field.label)
        if self.field.kind in (Kind.ROWS, Kind.LIST, Kind.CHOICES):
            return _counted(self.field, [item.mark for item in (self.rows or self.items)])
        verb = {Mark.ADDED: "answered", Mark.REMOVED: "cleared"}.get(self.mark, "changed")
        return f"{verb} {name}"


@dataclass(frozen=True)
class BlockDiff:
    """All fields of a block that differ between two sets of answers."""

    changes: list[FieldChange]

    @property
    def summary(self) -> str:
        """One sentence of at most 300 characters over all changes; "No change." when there is none."""
        if not self.changes:
            return "No change."
        told: list[str] = []
        for number, change in enumerate(self.changes):
            if len("; ".join([*told, change.sentence])) > SUMMARY_LENGTH:
                told.append(f"and {len(self.changes) - number} more")
                break
            told.append(change.sentence)
        text = "; ".join(told)
        return f"{text[0].upper()}{text[1:]}."


def diff(block: Table, before: Mapping[str, Any], after: Mapping[str, Any]) -> BlockDiff:
    """The readable difference between two sets of answers to a block or another table."""
    old, new = upgraded_answers(block, before), upgraded_answers(block, after)
    return BlockDiff(
        [
            _field_change(field, old.get(field.key), new.get(field.key))
            for field in block.fields
            if old.get(field.key) != new.get(field.key)
        ]
    )


def _field_change(field: Field, before: Any, after: Any) -> FieldChange:
    old, new = display(field, before), display(field, after)
    segments: list[Segment] = []
    items: list[Segment] = []
    rows: list[RowChange] = []
    match field.kind:
        case Kind.ROWS:
            rows = _row_changes(field, before or [], after or [])
        case Kind.PARTS:
            rows = [_row_change(field, "", before or {}, after or {})]
        case Kind.LIST | Kind.CHOICES:
            items = _marked(_lines(old), _lines(new))
        case Kind.CHOICE | Kind.DATE | Kind.NUMBER:
            segments = _swapped(old, new)
        case _:
            segments = words(old, new)
    mark = Mark.ADDED if not old else Mark.REMOVED if not new else Mark.CHANGED
    return FieldChange(field, mark, old, new, segments, items, rows)


def words(before: str, after: str) -> list[Segment]:
    """Two texts as one, with the words that came and went marked; joining either side gives it back."""
    old, new = re.findall(r"\s+|[^\s]+", before), re.findall(r"\s+|[^\s]+", after)
    if len(old) + len(new) > WORDS:
        return _swapped(before, after)
    return _merged(_marked(old, new))


def _swapped(before: str, after: str) -> list[Segment]:
    both = [Segment(Mark.REMOVED, before), Segment(Mark.ADDED, after)]
    return [segment for segment in both if segment.text]


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _marked(before: list[str], after: list[str]) -> list[Segment]:
    segments: list[Segment] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            segments += [Segment(Mark.SAME, text) for text in before[start:end]]
            continue
        segments += [Segment(Mark.REMOVED, text) for text in before[start:end]]
        segments += [Segment(Mark.ADDED, text) for text in after[new_start:new_end]]
    return segments


def _merged(segments: list[Segment]) -> list[Segment]:
    merged: list[Segment] = []
    for segment in segments:
        if merged and merged[-1].mark is segment.mark:
            merged[-1] = Segment(segment.mark, merged[-1].text + segment.text)
        else:
            merged.append(segment)
    return merged


def _row_changes(field: Field, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[RowChange]:
    """Rows paired by their first column, and by their order where a name repeats; the new order, then what went."""
    old, new = _by_name(field, before), _by_name(field, after)
    changes = [_row_change(field, name[0], old.get(name, {}), row) for name, row in new.items() if old.get(name) != row]
    return changes + [_row_change(field, name[0], row, {}) for name, row in old.items() if name not in new]


def _by_name(field: Field, rows: list[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    named: dict[tuple[str, int], dict[str, Any]] = {}
    first = field.columns[0]
    for row in rows:
        name, place = display_cell(first, row.get(first.key)), 0
        while (name, place) in named:
            place += 1
        named[name, place] = row
    return named


def _row_change(field: Field, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> RowChange:
    mark = Mark.ADDED if not before else Mark.REMOVED if not after else Mark.CHANGED
    cells = [
        CellChange(column, _cell_segments(column, before.get(column.key), after.get(column.key)))
        for column in field.columns
        if before.get(column.key) != after.get(column.key)
    ]
    return RowChange(mark, name, cells)


def _cell_segments(column: Column, before: Any, after: Any) -> list[Segment]:
    old, new = display_cell(column, before), display_cell(column, after)
    if column.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.PERSON):
        return words(old, new)
    return _swapped(old, new)


def _counted(field: Field, marks: list[Mark]) -> str:
    where = "" if field.noun else f" in {_lowered(field.label)}"
    told = [
        f"{mark} {count} {field.noun or 'line'}{'s' if count > 1 else ''}{where}"
        for mark in (Mark.ADDED, Mark.REMOVED, Mark.CHANGED)
        if (count := marks.count(mark))
    ]
    return ", ".join(told) or f"reordered {_lowered(field.label)}"


def _lowered(label: str) -> str:
    """A label inside a sentence; abbreviations keep their capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
