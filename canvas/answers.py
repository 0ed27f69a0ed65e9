"""Reads stored answers: what is answered, what is missing, and how it looks in a few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from canvas.blocks import BLOCKS
from canvas.blocks.shape import Block, Choice, Column, Field, Kind, Table
from canvas.cleaning import Answers, InvalidAnswers, Problem, clean, upgraded, upgraded_answers

__all__ = [
    "Answers",
    "Completeness",
    "InvalidAnswers",
    "Problem",
    "canvas_percent",
    "claim",
    "clean",
    "completeness",
    "display",
    "display_cell",
    "full_lines",
    "is_answered",
    "next_field",
    "summary_lines",
    "upgraded",
    "upgraded_answers",
    "value_statement",
    "what_is_missing",
]

LINE_LENGTH = 90
ROW_LINES = 3
STATEMENT_KEYS = ("target_customer", "need", "product_or_service", "product_category", "benefit")


@dataclass(frozen=True)
class Completeness:
    """How many of a block's required fields are answered, and which are not."""

    answered: int
    required: int
    missing: list[Field]

    @property
    def is_complete(self) -> bool:
        """Whether every required field is answered."""
        return not self.missing

    @property
    def percent(self) -> int:
        """The share answered, rounded down so that 100 means complete."""
        return 100 * self.answered // self.required if self.required else 100


def is_answered(field: Field, value: Any) -> bool:
    """Whether a stored value answers the field in full."""
    return bool(value) and not what_is_missing(field, value)


def what_is_missing(field: Field, value: Any) -> list[str]:
    """Sentences that name what a begun answer still lacks; empty when it is whole or not begun."""
    if not value:
        return []
    value = upgraded(field, value)
    match field.kind:
        case Kind.YES_NO:
            lacking = [name for name in ("answer", "reason") if name not in value]
            return [f"Add the {name}." for name in lacking]
        case Kind.NUMBER:
            return ["Choose the unit."] if field.units and "unit" not in value else []
        case Kind.PARTS:
            return [f"Fill in “{column.label}”." for column in _open_columns(field, value)]
        case Kind.ROWS:
            return [*_open_cells(field, value), *_uncovered(field, value)]
        case _:
            return []


def _open_columns(field: Field, cells: Mapping[str, Any]) -> list[Column]:
    return [column for column in field.columns if column.key not in cells and _is_needed(column, cells)]


def _is_needed(item: Field | Column, answers: Mapping[str, Any]) -> bool:
    if item.required or item.required_when is None:
        return item.required
    key, values = item.required_when
    return answers.get(key) in values


def _open_cells(field: Field, rows: list[dict[str, Any]]) -> Iterator[str]:
    for number, row in enumerate(rows, start=1):
        for column in _open_columns(field, row):
            yield f"Row {number}: fill in “{column.label}”."


def _uncovered(field: Field, rows: list[dict[str, Any]]) -> Iterator[str]:
    if not field.must_cover:
        return
    first = field.columns[0]
    present = {row.get(first.key) for row in rows}
    for value in field.must_cover:
        if value not in present:
            yield f"Answer “{_label(first.choices, value)}”."


def completeness(block: Table, answers: Mapping[str, Any]) -> Completeness:
    """How much of what a table requires is answered, counting fields required by other answers."""
    needed = [field for field in block.fields if _is_needed(field, answers)]
    missing = [field for field in needed if not is_answered(field, answers.get(field.key))]
    return Completeness(len(needed) - len(missing), len(needed), missing)


def canvas_percent(answers_by_number: Mapping[int, Mapping[str, Any]]) -> int:
    """How complete the whole canvas is; every block weighs the same."""
    shares = [completeness(block, answers_by_number.get(block.number, {})) for block in BLOCKS]
    if all(share.is_complete for share in shares):
        return 100
    mean = sum(share.answered / share.required for share in shares) / len(shares)
    return min(99, int(100 * mean))


def next_field(answers_by_number: Mapping[int, Mapping[str, Any]]) -> tuple[Block, Field] | None:
    """The first required field without an answer, in the order of the blocks; None when there is none."""
    for block in BLOCKS:
        if missing := completeness(block, answers_by_number.get(block.number, {})).missing:
            return block, missing[0]
    return None


def value_statement(answers: Mapping[str, Any]) -> str:
    """The five parts of block 1 as one sentence; "" until all five are there."""
    parts = [str(answers.get(key, "")).strip().rstrip(".") for key in STATEMENT_KEYS]
    if not all(parts):
        return ""
    customer, need, product, category, benefit = parts
    return f"For {customer}, who {need}, our {product} is {category} that {benefit}."


def claim(block: Block, answers: Mapping[str, Any]) -> str:
    """The sentence printed large on the board for blocks that have one, else ""."""
    if block.claim == "value_statement":
        return value_statement(answers)
    return _first_sentence(str(answers.get(block.claim, ""))) if block.claim else ""


def display(field: Field, value: Any) -> str:
    """A stored value as text for people; several lines where the answer has several parts."""
    if value in (None, "", [], {}):
        return ""
    value = upgraded(field, value)
    match field.kind:
        case Kind.CHOICE:
            return _label(field.choices, value)
        case Kind.CHOICES | Kind.LIST:
            return "\n".join(_label(field.choices, item) if field.choices else item for item in value)
        case Kind.YES_NO:
            answer = {"yes": "Yes", "no": "No"}.get(value.get("answer", ""), "")
            return ": ".join(part for part in (answer, value.get("reason", "")) if part)
        case Kind.NUMBER:
            return f"{_figure(value['value'])} {value.get('unit', '')}".strip()
        case Kind.PARTS:
            return "\n".join(_labelled_cells(field, value))
        case Kind.ROWS:
            return "\n".join("; ".join(_labelled_cells(field, row)) for row in value)
        case Kind.DATE:
            return _long_date(value)
        case _:
            return str(value)


def display_cell(column: Column, value: Any) -> str:
    """A cell as text for people."""
    if value in (None, ""):
        return ""
    match column.kind:
        case Kind.CHOICE:
            return _label(column.choices, value)
        case Kind.NUMBER:
            return _figure(value)
        case Kind.DATE:
            return _long_date(value)
        case _:
            return str(value)


def _labelled_cells(field: Field, cells: Mapping[str, Any]) -> list[str]:
    return [
        f"{column.label}: {display_cell(column, cells[column.key])}" for column in field.columns if column.key in cells
    ]


def _label(options: tuple[Choice, ...], value: str) -> str:
    return next((choice.label for choice in options if choice.value == value), value)


def _figure(value: float) -> str:
    # Grouped from five digits on: 2026 is as likely a year as an amount.
    text = f"{value:.15g}"
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else text


def _long_date(value: str) -> str:
    day = date.fromisoformat(value)
    return f"{day.day} {day:%B %Y}"


def summary_lines(block: Block, answers: Mapping[str, Any]) -> list[str]:
    """The block in as many lines of at most 90 characters as it has room for on the board."""
    lines: list[str] = []
    for field in block.fields:
        value = answers.get(field.key)
        if field.board is not None and value:
            lines += _board_lines(field, upgraded(field, value))
    return [_shortened(line) for line in lines[: block.board_lines]]


def full_lines(block: Block, answers: Mapping[str, Any]) -> list[str]:
    """The block's lines on the board, all of them and uncut, for paper that has more room."""
    lines: list[str] = []
    for field in block.fields:
        value = answers.get(field.key)
        if field.board is not None and value:
            lines += _board_lines(field, upgraded(field, value), rows=len(value))
    return [line for line in (" ".join(line.split()).removesuffix(".") for line in lines) if line]


def _board_lines(field: Field, value: Any, *, rows: int = ROW_LINES) -> list[str]:
    lead = f"{field.board}: " if field.board else ""
    if field.kind is not Kind.ROWS:
        text = _board_text(field, value)
        return [f"{lead}{text}"] if text else []
    if not field.board_columns:
        names = [display_cell(field.columns[0], row.get(field.columns[0].key)) for row in value]
        return [f"{field.board or _how_many(len(value), field.noun)}: {'; '.join(name for name in names if name)}"]
    lines = [line for row in value if (line := _row_line(field, row))]
    rest = len(lines) - rows
    return lines if rest <= 0 else [*lines[: rows - 1], f"and {rest + 1} more"]


def _board_text(field: Field, value: Any) -> str:
    match field.kind:
        case Kind.LIST:
            return "; ".join(value)
        case Kind.PARTS:
            cells = [display_cell(field.column(key), value.get(key)) for key in field.board_columns]
            return " ".join(cell for cell in cells if cell)
        case _:
            return _first_sentence(display(field, value))


def _how_many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _row_line(field: Field, row: Mapping[str, Any]) -> str:
    cells = [display_cell(field.column(key), row.get(key)) for key in field.board_columns]
    first, *others = [cell for cell in cells if cell] or [""]
    return f"{first}: {' '.join(others)}" if others else first


def _first_sentence(text: str) -> str:
    line = text.strip().split("\n", 1)[0]
    for place, character in enumerate(line[:-1]):
        # A point before a small letter or a digit belongs to an abbreviation or a number.
        if character in ".!?。؟" and line[place + 1] == " " and not line[place + 2 : place + 3].islower():
            return line[: place + 1]
    return line


def _shortened(line: str) -> str:
    line = " ".join(line.split()).removesuffix(".")
    if len(line) <= LINE_LENGTH:
        return line
    head = line[: LINE_LENGTH - 1]
    # Break between words, unless one word fills most of the line.
    words, _, _ = head.rpartition(" ")
    return f"{(words if len(words) > LINE_LENGTH // 2 else head).rstrip(' ,;:·')}…"
