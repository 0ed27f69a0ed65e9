"""The shapes of the canvas tables: what a block, a field, a column and a choice are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Phase(StrEnum):
    """The four parts of the board, each with its colour."""

    VALUE = "value"
    DATA = "data"
    MODEL = "model"
    OPERATION = "operation"


class Kind(StrEnum):
    """What an answer looks like; the comment beside each kind is its stored form."""

    TEXT = "text"  # "one line"
    LONG_TEXT = "long_text"  # "several lines of Markdown"
    PERSON = "person"  # "name of a person or a team"
    DATE = "date"  # "2026-03-31"
    CHOICE = "choice"  # "value"
    CHOICES = "choices"  # ["value", "value"], in the order of the table
    YES_NO = "yes_no"  # {"answer": "yes", "reason": "text"}
    NUMBER = "number"  # {"value": 2.5, "unit": "hours"}; a column of this kind holds 2.5
    LIST = "list"  # ["one line", "one line"]
    PARTS = "parts"  # {"column": cell}, one record of named parts
    ROWS = "rows"  # [{"column": cell}, {"column": cell}]


# The kinds that a cell of a row, or a part of a record, may have.
CELL_KINDS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.PERSON, Kind.DATE, Kind.CHOICE, Kind.NUMBER})


@dataclass(frozen=True)
class Choice:
    """One value that can be picked; a group ties it to a value of the field above it."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True)
class Column:
    """One typed cell of a row, or one part of a record."""

    key: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[Choice, ...] = ()
    help: str = ""
    # The column is also required when another column holds one of these values.
    required_when: tuple[str, tuple[str, ...]] | None = None
    max_length: int = 0


@dataclass(frozen=True)
class Field:
    """One question of a block: what is asked, how it is answered and how it is shown."""

    key: str
    label: str
    kind: Kind
    question: str
    help: str = ""
    example: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    columns: tuple[Column, ...] = ()
    units: tuple[str, ...] = ()
    # The field is also required when another field of the block holds one of these values.
    required_when: tuple[str, tuple[str, ...]] | None = None
    # The key of the field whose value decides which groups of choices are allowed.
    depends_on: str = ""
    # ROWS: what one row is called, in “Add …” and in the journal; a plural takes an s.
    noun: str = ""
    # ROWS: these values of the first column have to be present before the field counts as answered.
    must_cover: tuple[str, ...] = ()
    # ROWS: the rows are given by must_cover; people fill them in, but add and remove none.
    fixed_rows: bool = False
    # ROWS: no two rows may hold the same value in this column.
    unique: str = ""
    # ROWS: earlier revisions hold a single record here instead of a list of them.
    was_single: bool = False
    # The kinds of records (keys on offer in canvas.evidence) that a link from this field usually names, best first.
    links: tuple[str, ...] = ()
    max_length: int = 0
    max_rows: int = 0
    # The words in front of the answer on the board, "" for none; None keeps the field off the board.
    board: str | None = None
    # ROWS: the columns shown on the board, one line for each row; without them the rows are counted and named.
    # PARTS: the parts shown on the board.
    board_columns: tuple[str, ...] = ()

    def column(self, key: str) -> Column:
        """The column with this key."""
        return next(column for column in self.columns if column.key == key)


class Table(Protocol):
    """Anything with fields to answer: a block of the canvas, a questionnaire."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The questions in order."""

    @property
    def called(self) -> str:
        """What the table is called inside a sentence."""

    def field(self, key: str) -> Field:
        """The field with this key; KeyError when there is none."""


@dataclass(frozen=True)
class Questionnaire:
    """Fields that are answered together outside the ten blocks, such as an impact assessment."""

    key: str
    called: str
    fields: tuple[Field, ...]

    def field(self, key: str) -> Field:
        """The field with this key; KeyError when there is none."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)


@dataclass(frozen=True)
class Block:
    """One block of the canvas, with everything a page needs to ask for it."""

    number: int
    key: str
    title: str
    phase: Phase
    purpose: str
    questions: tuple[str, ...]
    good_looks_like: tuple[str, ...]
    feeds: tuple[str, ...]
    fields: tuple[Field, ...]
    # The field whose answer is printed large on the board, above the short lines.
    claim: str = ""
    # How many short lines the board has room for.
    board_lines: int = 6

    @property
    def called(self) -> str:
        """What the block is called inside a sentence."""
        return f"block {self.number}"

    @property
    def required_fields(self) -> tuple[Field, ...]:
        """The fields that always have to be answered."""
        return tuple(field for field in self.fields if field.required)

    def field(self, key: str) -> Field:
        """The field with this key; KeyError when there is none."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)


def choices(*pairs: tuple[str, str] | tuple[str, str, str]) -> tuple[Choice, ...]:
    """Choices from (value, label) or (value, label, group) tuples."""
    return tuple(Choice(*pair) for pair in pairs)


YES_OR_NO = choices(("yes", "Yes"), ("no", "No"))


def with_common_fields(*own: Field) -> tuple[Field, ...]:
    """A block's own fields, followed by those that every block has."""
    return (*own, OWNER, ASSUMPTIONS, OPEN_QUESTIONS)


OWNER = Field(
    "owner",
    "Owner of this block",
    Kind.PERSON,
    question="Who answers for this block and keeps it true?",
    help="One person. A block with two owners has none.",
    example="Head of line maintenance, depot north",
    required=True,
)
ASSUMPTIONS = Field(
    "assumptions",
    "Assumptions",
    Kind.LIST,
    question="What do we take for granted without having checked it?",
    help="One per line. Each is a candidate for the next check.",
    example="Sensors on older trains report at the same rate as on new ones.",
)
OPEN_QUESTIONS = Field(
    "open_questions",
    "Open questions",
    Kind.LIST,
    question="What do we still have to find out, and from whom?",
    help="One per line.",
    example="Does the supplier keep the raw vibration signal? Ask at the March meeting.",
)
