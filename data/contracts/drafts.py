"""What every import does with a column once its format has been translated."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.checking.consistency import contradictions
from data.column_facts import BOOLEAN, DATE, DATETIME, INTEGER, NUMBER, STRING
from data.contracts.reading import BadDocument, Plain
from data.inference import INTERVAL, NOMINAL, RATIO, FieldDraft
from data.tables import BadTable, check_columns

MOST_VALUES = 200
LONGEST_VALUE = 200
LONGEST = {"key": 200, "unit": 40, "classification": 40, "description": 300, "pattern": 200}
_UNSEEN = {"Cc", "Cs"}
# An override makes a line read differently from what it holds.
_OVERRIDES = "\u202d\u202e"
ORDERS = ("nominal", "ordinal", "interval", "ratio")
PARTS = ("feature", "label", "identifier", "other")


@dataclass(frozen=True)
class Imported:
    """A schema as a file describes it, and what the file says besides."""

    source: str
    name: str
    fields: list[FieldDraft]
    extras: dict[str, Plain] = field(default_factory=dict)
    guessed: list[str] = field(default_factory=list)
    """The columns whose order of measurement the file does not state."""


class Problems:
    """Everything that is wrong with a file, so that all of it can be mended at once."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, path: str, text: str) -> None:
        """Note a problem at a place in the file."""
        self.found.append(f"{path}: {text}")

    def text(self, path: str, value: Plain, kind: str) -> str:
        """A text of bounded length; a problem, and nothing, when it is something else."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.add(path, "this should be text.")
            return ""
        cleaned = " ".join(tidy(value).split()) if kind != "pattern" else tidy(value)
        if len(cleaned) > LONGEST[kind]:
            self.add(path, f"this is longer than {LONGEST[kind]} characters.")
            return ""
        return cleaned

    def number(self, path: str, value: Plain) -> float | None:
        """A number; a problem, and nothing, when it is something else."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.add(path, "this should be a number.")
            return None
        return float(value)

    def flag(self, path: str, value: Plain) -> bool:
        """Yes or no; a problem when it is something else."""
        if value is None:
            return False
        if not isinstance(value, bool):
            self.add(path, "this should be true or false.")
            return False
        return value

    def choice(self, path: str, value: Plain, choices: Sequence[str]) -> str:
        """One of the choices, or nothing."""
        if value is None:
            return ""
        if value not in choices:
            self.add(path, f"“{str(value)[:60]}” is unknown. Known are {', '.join(choices)}.")
            return ""
        return str(value)

    def values(self, path: str, value: Plain) -> list[str]:
        """A list of single values, as text."""
        if value is None:
            return []
        if not isinstance(value, list) or any(isinstance(item, list | dict) or item is None for item in value):
            self.add(path, "this should be a list of values.")
            return []
        texts = [written(item) for item in value]
        if len(texts) > MOST_VALUES:
            self.add(path, f"this lists {len(texts):,} values; at most {MOST_VALUES} can be listed.")
            return []
        if any(len(text) > LONGEST_VALUE for text in texts):
            self.add(path, f"a value is longer than {LONGEST_VALUE} characters.")
            return []
        return texts

    def mapping(self, path: str, value: Plain) -> dict[str, Plain]:
        """A mapping; empty, with a problem, when it is something else."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.add(path, "this should be a mapping of names to values.")
            return {}
        return value

    def mappings(self, path: str, value: Plain) -> Iterator[tuple[str, dict[str, Plain]]]:
        """The mappings of a list with their places."""
        if value is None:
            return
        if not isinstance(value, list):
            self.add(path, "this should be a list.")
            return
        for at, item in enumerate(value):
            yield f"{path}[{at}]", self.mapping(f"{path}[{at}]", item)


def draft(told: Mapping[str, Any], *, guessed: list[str]) -> FieldDraft:  # Any: the columns of FieldDraft
    """A column from what a file tells; an order that it does not tell is guessed and noted."""
    values = dict(told)
    if not values["order"]:
        guessed.append(values["key"])
        values["order"] = _likely_order(values["data_type"], values.get("minimum"))
    if values.get("is_key"):
        values["is_nullable"] = False
    if not values["part"]:
        values["part"] = "identifier" if values.get("is_key") else "feature"
    return FieldDraft(**values)


def finished(problems: Problems, imported: Imported) -> Imported:
    """The import, unless something is wrong with it; raises BadDocument naming every problem."""
    if not imported.fields and not problems.found:
        problems.found.append("The file describes no column.")
    try:
        check_columns([field.key for field in imported.fields])
    except BadTable as reason:
        problems.found.append(str(reason).replace("The file has", "The schema has"))
    if not problems.found:
        problems.found += contradictions(imported.fields)
    if problems.found:
        raise BadDocument(problems.found)
    return imported


def tidy(text: str) -> str:
    """The text without signs that nobody sees; line breaks stay."""
    return "".join(
        sign
        for sign in text
        if sign in "\n\t" or (unicodedata.category(sign) not in _UNSEEN and sign not in _OVERRIDES)
    )


def written(value: Plain) -> str:
    """A single value as it stands in a table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def typed(texts: Sequence[str], kind: str) -> list[Plain]:
    """Allowed values as a format with types wants them."""
    if kind == INTEGER:
        return [int(text) for text in texts]
    if kind == NUMBER:
        return [float(text) for text in texts]
    if kind == BOOLEAN:
        return [text.lower() == "true" for text in texts]
    return list(texts)


def whole_if_whole(value: float | None) -> float | int | None:
    """A bound without a needless point."""
    return int(value) if value is not None and float(value).is_integer() else value


def _likely_order(kind: str, minimum: float | None) -> str:
    if kind in (STRING, BOOLEAN):
        return NOMINAL
    if kind in (DATE, DATETIME):
        return INTERVAL
    return RATIO if minimum is not None and minimum >= 0 else INTERVAL
