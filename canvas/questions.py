"""How a block's fields appear as inputs: names, what was typed into each, and what a template needs to draw them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from canvas.answers import what_is_missing
from canvas.blocks.shape import Choice, Column, Field, Kind
from canvas.cleaning import Problem, upgraded

BLANK_ROWS = 2
# More columns than this do not fit beside each other: each row becomes a card of its own.
TABLE_COLUMNS = 5
# The script that adds a row puts its number here.
ROW_MARK = "__row__"


@dataclasses.dataclass(frozen=True)
class Cell:
    """One input inside a row or record."""

    column: Column
    name: str
    label: str
    value: str
    error: str = ""
    is_fixed: bool = False

    @property
    def error_id(self) -> str:
        """The id of the sentence that says what is wrong with this input."""
        return f"{self.name}-error"

    @property
    def note(self) -> str:
        """Words behind the label of an input that may stay empty."""
        return how_optional(self.column)

    @property
    def text_rows(self) -> int:
        """How many lines a text area shows at first."""
        return max(2, min(6, self.value.count("\n") + 1 + len(self.value) // 70))


@dataclasses.dataclass(frozen=True)
class InputRow:
    """The inputs of one row, with the words that name it."""

    number: str
    title: str
    cells: list[Cell]
    is_blank: bool = False


@dataclasses.dataclass(frozen=True)
class Question:
    """One field of a block, ready to be drawn: the table's words, what was typed, and what is wrong or open."""

    field: Field
    name: str
    value: Any = None
    errors: list[str] = dataclasses.field(default_factory=list)
    problems: list[Problem] = dataclasses.field(default_factory=list)
    is_bound: bool = False

    @property
    def template(self) -> str:
        """The fragment that draws an input of this kind."""
        return f"canvas/fields/_{self.field.kind}.html"

    @property
    def note(self) -> str:
        """Words behind the label of a question that may stay open."""
        return how_optional(self.field)

    @property
    def is_group(self) -> bool:
        """Whether several inputs answer the question, so that it is a fieldset with a legend."""
        return self.field.kind in (Kind.CHOICES, Kind.YES_NO, Kind.NUMBER, Kind.PARTS, Kind.ROWS)

    @property
    def help_id(self) -> str:
        """The id of the question's help text."""
        return f"{self.name}-help"

    @property
    def error_id(self) -> str:
        """The id of the question's errors."""
        return f"{self.name}-error"

    @property
    def open_id(self) -> str:
        """The id of the sentences that say what a begun answer still lacks."""
        return f"{self.name}-open"

    @property
    def described_by(self) -> str:
        """The ids of everything that describes the input, for aria-describedby."""
        return " ".join(
            [self.help_id, *([self.error_id] if self.errors else []), *([self.open_id] if self.still_open else [])]
        )

    @property
    def still_open(self) -> list[str]:
        """What a stored answer still lacks; not told while errors are being corrected."""
        return [] if self.is_bound else what_is_missing(self.field, self.value)[:5]

    @property
    def text(self) -> str:
        """The answer as it stands in a single input."""
        return "\n".join(map(str, self.value)) if isinstance(self.value, list) else str(self.value or "")

    @property
    def text_rows(self) -> int:
        """How many lines a text area shows at first."""
        return max(3, min(14, self.text.count("\n") + 1 + len(self.text) // 90))

    @property
    def picked(self) -> list[str]:
        """The values ticked in a multiple choice."""
        return self.value if isinstance(self.value, list) else []

    @property
    def part(self) -> dict[str, str]:
        """The parts of a yes-or-no or number answer as typed."""
        record = self.value if isinstance(self.value, Mapping) else {}
        return {key: as_typed(value) for key, value in record.items()}

    @property
    def choice_groups(self) -> list[tuple[str, list[Choice]]]:
        """The choices by the label of their group, in the order of the table."""
        groups: dict[str, list[Choice]] = {}
        for choice in self.field.choices:
            groups.setdefault(choice.group.capitalize(), []).append(choice)
        return list(groups.items())

    @property
    def is_table(self) -> bool:
        """Whether the rows are narrow enough for a table."""
        long_texts = sum(column.kind is Kind.LONG_TEXT for column in self.field.columns)
        return len(self.field.columns) <= TABLE_COLUMNS and long_texts <= 1

    @property
    def parts(self) -> list[Cell]:
        """The inputs of a record of named parts."""
        return self._cells(self.name, "", self.value if isinstance(self.value, Mapping) else {}, None)

    @property
    def rows(self) -> list[InputRow]:
        """The rows typed so far, with two blank ones below while there is room."""
        rows = [row for row in upgraded(self.field, self.value) or [] if isinstance(row, Mapping)]
        if self.field.fixed_rows:
            return self._fixed_rows(rows)
        room = max(0, self.field.max_rows - len(rows))
        shown = [self._row(str(number), row) for number, row in enumerate(rows)]
        return shown + [self._row(str(len(rows) + place), {}) for place in range(min(BLANK_ROWS, room))]

    @property
    def blank_row(self) -> InputRow:
        """The row that the script copies, with a mark where its number goes."""
        return self._row(ROW_MARK, {})

    def _fixed_rows(self, rows: list[Mapping[str, Any]]) -> list[InputRow]:
        first = self.field.columns[0].key
        by_value = {row.get(first): (number, row) for number, row in enumerate(rows)}
        return [
            self._row(str(place), {**by_value.get(value, (0, {}))[1], first: value}, by_value.get(value, (None, {}))[0])
            for place, value in enumerate(self.field.must_cover)
        ]

    def _row(self, number: str, values: Mapping[str, Any], problem_row: int | None = None) -> InputRow:
        if problem_row is None and number.isdigit() and not self.field.fixed_rows:
            problem_row = int(number)
        shown = str(int(number) + 1) if number.isdigit() else number
        title = f"{(self.field.noun or 'row').capitalize()} {shown}"
        return InputRow(number, title, self._cells(f"{self.name}-{number}", title, values, problem_row), not values)

    def _cells(self, prefix: str, title: str, values: Mapping[str, Any], row: int | None) -> list[Cell]:
        wrong = {problem.column: problem.sentence for problem in self.problems if problem.row == row and problem.column}
        return [
            Cell(
                column,
                f"{prefix}-{column.key}",
                f"{column.label}, {title}" if title else column.label,
                as_typed(values.get(column.key)),
                wrong.get(column.key, ""),
                is_fixed=self.field.fixed_rows and column is self.field.columns[0],
            )
            for column in self.field.columns
        ]


def how_optional(item: Field | Column) -> str:
    """Nothing for what is always required, else how far it may be left out."""
    if item.required:
        return ""
    return "if it applies" if item.required_when else "optional"


def as_typed(value: Any) -> str:
    """A stored cell as the text of its input."""
    return "" if value is None else str(value)


def typed(table_field: Field, data: Mapping[str, Any], name: str) -> Any:
    """What a submitted form holds for a field, in the shape that cleaning takes; typed text is not changed."""
    match table_field.kind:
        case Kind.CHOICES:
            return data.getlist(name) if isinstance(data, QueryDict) else list(data.get(name, []))
        case Kind.LIST:
            # A browser ends lines with both characters; other line separators are for cleaning to judge.
            return str(data.get(name, "")).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        case Kind.YES_NO:
            return {part: data.get(f"{name}-{part}", "") for part in ("answer", "reason")}
        case Kind.NUMBER:
            return {part: data.get(f"{name}-{part}", "") for part in ("value", "unit")}
        case Kind.PARTS:
            return {column.key: data.get(f"{name}-{column.key}", "") for column in table_field.columns}
        case Kind.ROWS:
            return _typed_rows(table_field, data, name)
        case _:
            return data.get(name, "")


def _typed_rows(table_field: Field, data: Mapping[str, Any], name: str) -> list[dict[str, str]]:
    """The rows that hold anything, in the order of their numbers."""
    pattern = re.compile(rf"{re.escape(name)}-([0-9]{{1,9}})-(\w+)")
    keys = {column.key for column in table_field.columns}
    naming = {table_field.columns[0].key} if table_field.fixed_rows else set()
    rows: dict[int, dict[str, str]] = {}
    for key in data:
        if (found := pattern.fullmatch(key)) and found[2] in keys:
            rows.setdefault(int(found[1]), {})[found[2]] = data.get(key, "")
    return [row for _, row in sorted(rows.items()) if any(row[key].strip() for key in row.keys() - naming)]
