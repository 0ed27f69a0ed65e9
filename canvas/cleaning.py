"""Turns what people typed or sent into stored answers, or says for each field what to correct."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from canvas.blocks.shape import Choice, Column, Field, Kind, Table

# The answers of one block by field key; the shape of each value is written beside its Kind.
# Any: the values are JSON of several shapes, checked here and nowhere else.
Answers = dict[str, Any]

TEXT_LENGTH = 300
LONG_TEXT_LENGTH = 10_000
LONG_CELL_LENGTH = 2_000
PERSON_LENGTH = 150
LIST_ITEMS = 60
ROWS = 40
NUMBER_DIGITS = 15
SMALLEST_NUMBER = Decimal("1e-12")
LARGEST_NUMBER = Decimal("1e15")

# An override makes a line read differently from what it holds; marks and isolates are part of honest writing.
BIDI_OVERRIDES = "\u202d\u202e"


@dataclass(frozen=True)
class Problem:
    """One thing to correct: the field, a sentence, and the row (from 0) and column when it is in a cell."""

    field: str
    sentence: str
    row: int | None = None
    column: str = ""
    place: str = ""

    @property
    def message(self) -> str:
        """The sentence with the place it speaks of, for where it does not stand beside its input."""
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


class InvalidAnswers(ValueError):
    """Some answers cannot be stored; `problems` says which and what to do."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems

    @property
    def errors(self) -> dict[str, list[str]]:
        """The sentences by field key; "" holds those that belong to no field."""
        by_field: dict[str, list[str]] = {}
        for problem in self.problems:
            by_field.setdefault(problem.field, []).append(problem.message)
        return by_field


class _Refused(Exception):
    """A single value cannot be stored; the message is the sentence to show."""


def clean(block: Table, raw: Mapping[str, object]) -> Answers:
    """The stored form of the answers to a block or another table, empty ones left out; raises InvalidAnswers."""
    known = {field.key for field in block.fields}
    problems = [
        Problem("", f"“{str(key)[:80]}” is not a field of {block.called}; remove it and send the rest again.")
        for key in raw
        if key not in known
    ]
    answers: Answers = {}
    for field in block.fields:
        value, found = clean_field(field, raw.get(field.key))
        problems += found
        if not found and value not in ("", [], {}):
            answers[field.key] = value
    problems += [problem for field in block.fields if (problem := _wrong_group(block, field, answers))]
    if problems:
        raise InvalidAnswers(problems)
    return answers


def upgraded(field: Field, value: Any) -> Any:
    """A stored value in the shape its table has today: a single record becomes the only row of a list."""
    return [value] if field.was_single and isinstance(value, dict) and value else value


def upgraded_answers(block: Table, answers: Mapping[str, Any]) -> Answers:
    """A revision's answers in the shape the block's table has today."""
    fields = {field.key: field for field in block.fields}
    return {key: upgraded(fields[key], value) if key in fields else value for key, value in answers.items()}


def clean_text(value: object, *, max_length: int, lines: bool = False) -> str:
    """Text in NFC with trimmed ends and plain line breaks; raises ValueError with a sentence."""
    try:
        return _text(value, max_length, lines=lines)
    except _Refused as reason:
        raise ValueError(str(reason)) from None


def clean_field(field: Field, raw: object) -> tuple[Any, list[Problem]]:
    """The stored form of one answer, empty where there is none, and what is wrong with it."""
    if raw is None:
        return "", []
    if field.kind is Kind.ROWS:
        return _rows(field, upgraded(field, raw))
    if field.kind is Kind.PARTS:
        return _parts(field, raw)
    try:
        return _SIMPLE[field.kind](field, raw), []
    except _Refused as reason:
        return "", [Problem(field.key, str(reason))]


def _wrong_group(block: Table, field: Field, answers: Answers) -> Problem | None:
    if not field.depends_on or field.key not in answers or field.depends_on not in answers:
        return None
    picked = next(choice for choice in field.choices if choice.value == answers[field.key])
    if picked.group == answers[field.depends_on]:
        return None
    above = block.field(field.depends_on)
    return Problem(
        field.key, f"“{picked.label}” does not belong to the {above.label.lower()} chosen above; change one of them."
    )


def _text(value: object, max_length: int, *, lines: bool) -> str:
    if not isinstance(value, str):
        raise _Refused("Write this as text.")
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    for character in text:
        _refuse_character(character, lines=lines)
    text = text.strip()
    if len(text) > max_length:
        raise _Refused(f"Shorten this to {max_length:,} characters; it has {len(text):,}.")
    return text


def _refuse_character(character: str, *, lines: bool) -> None:
    if character in "\n\t":
        if not lines:
            raise _Refused("Write this on one line, without line breaks or tabs.")
        return
    category = unicodedata.category(character)
    if category in ("Zl", "Zp") and not lines:
        raise _Refused("Write this on one line, without line breaks or tabs.")
    if category in ("Cc", "Cs") or character in BIDI_OVERRIDES:
        raise _Refused(f"Remove the invisible character U+{ord(character):04X}; it cannot be stored.")


def _number(value: object) -> int | float | str:
    if value == "":
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Refused("Write a number, such as 12 or 0.5.")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise _Refused("Write a number with a point for the decimals, such as 12 or 0.5.") from None
    if not number.is_finite():
        raise _Refused("Write a finite number, such as 12 or 0.5.")
    size = abs(number)
    if size and not SMALLEST_NUMBER <= size < LARGEST_NUMBER:
        raise _Refused("Write a number between 0.000000000001 and 1,000,000,000,000,000, or change the unit.")
    if len(number.normalize().as_tuple().digits) > NUMBER_DIGITS:
        raise _Refused(f"Round this to at most {NUMBER_DIGITS} digits.")
    return int(number) if number == number.to_integral_value() else float(number)


def _choice(value: object, options: tuple[Choice, ...]) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or all(choice.value != value for choice in options):
        allowed = ", ".join(choice.label for choice in options)
        raise _Refused(f"Choose one of: {allowed}.")
    return value


def _day(value: object) -> str:
    if value == "":
        return ""
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise _Refused("Write the date as year-month-day, such as 2026-03-31.") from None


def _text_field(field: Field, raw: object) -> str:
    return _text(raw, field.max_length or TEXT_LENGTH, lines=False)


def _long_text_field(field: Field, raw: object) -> str:
    return _text(raw, field.max_length or LONG_TEXT_LENGTH, lines=True)


def _person_field(field: Field, raw: object) -> str:
    return _text(raw, field.max_length or PERSON_LENGTH, lines=False)


def _date_field(field: Field, raw: object) -> str:
    return _day(raw)


def _choice_field(field: Field, raw: object) -> str:
    return _choice(raw, field.choices)


def _choices_field(field: Field, raw: object) -> list[str]:
    if not isinstance(raw, list):
        raise _Refused("Send a list of choices.")
    picked = {_choice(item, field.choices) for item in raw}
    return [choice.value for choice in field.choices if choice.value in picked]


def _list_field(field: Field, raw: object) -> list[str]:
    if not isinstance(raw, list):
        raise _Refused("Send a list of texts, one for each line.")
    items = []
    for number, item in enumerate(raw, start=1):
        try:
            text = _text(item, field.max_length or TEXT_LENGTH, lines=False)
        except _Refused as reason:
            raise _Refused(f"Line {number}: {reason}") from None
        if text:
            items.append(text)
    limit = field.max_rows or LIST_ITEMS
    if len(items) > limit:
        raise _Refused(f"Keep this to {limit} lines; it has {len(items)}.")
    return items


def _yes_no_field(field: Field, raw: object) -> dict[str, str]:
    record = _record(raw, ("answer", "reason"))
    answer = record.get("answer") or ""
    if answer not in ("", "yes", "no"):
        raise _Refused("Choose yes or no.")
    reason = _text(record.get("reason") or "", LONG_CELL_LENGTH, lines=True)
    return _without_blanks({"answer": answer, "reason": reason})


def _number_field(field: Field, raw: object) -> dict[str, Any]:
    record = _record(raw, ("value", "unit"))
    value, unit = record.get("value"), record.get("unit") or ""
    number = "" if value is None else _number(value)
    if unit and unit not in field.units:
        raise _Refused(f"Choose one of these units: {', '.join(field.units)}.")
    # A unit left at its first choice says nothing without a figure.
    return {} if number == "" else _without_blanks({"value": number, "unit": unit})


_SIMPLE: dict[Kind, Callable[[Field, object], Any]] = {
    Kind.TEXT: _text_field,
    Kind.LONG_TEXT: _long_text_field,
    Kind.PERSON: _person_field,
    Kind.DATE: _date_field,
    Kind.CHOICE: _choice_field,
    Kind.CHOICES: _choices_field,
    Kind.YES_NO: _yes_no_field,
    Kind.NUMBER: _number_field,
    Kind.LIST: _list_field,
}


def _record(raw: object, allowed: tuple[str, ...]) -> dict[str, Any]:
    if raw == "":
        return {}
    if not isinstance(raw, dict):
        raise _Refused(f"Send a record with: {', '.join(allowed)}.")
    for key in raw:
        if key not in allowed:
            raise _Refused(f"“{str(key)[:80]}” is not a part of this answer; it may have: {', '.join(allowed)}.")
    return raw


def _without_blanks(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value != ""}


def _cell(column: Column, raw: object) -> Any:
    if raw is None:
        return ""
    match column.kind:
        case Kind.CHOICE:
            return _choice(raw, column.choices)
        case Kind.NUMBER:
            return _number(raw)
        case Kind.DATE:
            return _day(raw)
        case Kind.LONG_TEXT:
            return _text(raw, column.max_length or LONG_CELL_LENGTH, lines=True)
        case Kind.PERSON:
            return _text(raw, column.max_length or PERSON_LENGTH, lines=False)
        case _:
            return _text(raw, column.max_length or TEXT_LENGTH, lines=False)


def _cells(field: Field, raw: object, row: int | None) -> tuple[dict[str, Any], list[Problem]]:
    """The cells of one row or record, with what is wrong in each."""
    place = "" if row is None else f"Row {row + 1}"
    try:
        record = _record(raw, tuple(column.key for column in field.columns))
    except _Refused as reason:
        return {}, [Problem(field.key, str(reason), row, place=place)]
    cells, problems = {}, []
    for column in field.columns:
        try:
            cells[column.key] = _cell(column, record.get(column.key))
        except _Refused as reason:
            where = ", ".join(part for part in (place, column.label) if part)
            problems.append(Problem(field.key, str(reason), row, column.key, where))
    return _without_blanks(cells), problems


def _parts(field: Field, raw: object) -> tuple[dict[str, Any], list[Problem]]:
    return _cells(field, raw, None)


def _rows(field: Field, raw: object) -> tuple[list[dict[str, Any]], list[Problem]]:
    if raw == "":
        return [], []
    if not isinstance(raw, list):
        return [], [Problem(field.key, "Send a list of rows.")]
    limit = field.max_rows or ROWS
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, item in enumerate(raw):
        cells, found = _cells(field, item, number)
        problems += found
        if found or _is_blank(field, cells):
            continue
        if repeated := _repeated(field, cells, seen):
            problems.append(Problem(field.key, repeated, number, field.unique, f"Row {number + 1}"))
        rows.append(cells)
    if len(rows) > limit:
        problems.append(Problem(field.key, f"Keep this to {limit} rows; it has {len(rows)}."))
    return _in_table_order(field, rows), problems


def _is_blank(field: Field, cells: dict[str, Any]) -> bool:
    """A fixed row that only repeats its own name holds no answer."""
    named = {field.columns[0].key} if field.fixed_rows else set()
    return not set(cells) - named


def _repeated(field: Field, cells: dict[str, Any], seen: set[str]) -> str:
    value = str(cells.get(field.unique, ""))
    if not field.unique or not value:
        return ""
    # Two spellings of one name are one name.
    folded = " ".join(value.casefold().split())
    if folded in seen:
        return f"“{value}” stands in an earlier row already; keep one of the two."
    seen.add(folded)
    return ""


def _in_table_order(field: Field, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not field.fixed_rows:
        return rows
    first = field.columns[0].key
    order = {value: place for place, value in enumerate(field.must_cover)}
    return sorted(rows, key=lambda row: order.get(str(row.get(first, "")), len(order)))
