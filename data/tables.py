"""What a table may be: its limits, its column names, and the one exception for tables that cannot be read."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

CSV = "csv"
PARQUET = "parquet"

MAX_COLUMNS = 9_999
MAX_ROWS = 100_000_000
MAX_NAME = 200
MAX_FILE_NAME = 255
# What a compressed file may grow to; more than that is a bomb or belongs into a database.
MAX_UNPACKED_BYTES = 8 * 2**30

# Besides the empty cell: what stands for "nothing recorded" in a column of numbers, yes/no or dates. In a column of
# text only the empty cell does, or Namibia's country code would vanish.
NULLS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")


class BadTable(Exception):
    """The file cannot be used as a table; the message says where, why and what to do, for people."""


class MissingLabel(BadTable):
    """The table lacks the column that is named as its label."""


class BadFileName(Exception):
    """The name of the file is refused; the message says why, for people."""


@dataclass(frozen=True)
class TableFacts:
    """What was found out about a table by reading all of it."""

    file_format: str
    columns: tuple[str, ...]
    rows: int


def check_columns(names: Sequence[str]) -> None:
    """Refuse a table with too many columns, or with names that cannot tell columns apart; raises BadTable."""
    if len(names) > MAX_COLUMNS:
        raise BadTable(
            f"The file has {len(names):,} columns; at most {MAX_COLUMNS:,} are accepted. "
            "Leave out columns, or keep one row per measurement instead of one column."
        )
    for position, name in enumerate(names, start=1):
        _check_column(position, name)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise BadTable(f"{_quoted(twice)} names more than one column. Give every column a name of its own.")


def check_rows(rows: int) -> None:
    """Refuse a table without rows, or with too many; raises BadTable."""
    if rows == 0:
        raise BadTable("The file has column names but no rows. Upload a file with at least one row.")
    if rows > MAX_ROWS:
        raise BadTable(
            f"The file has {rows:,} rows; at most {MAX_ROWS:,} are accepted. Upload a sample, or split the file."
        )


def check_label(label: str, columns: Sequence[str]) -> None:
    """Refuse a label column that the table lacks; raises MissingLabel."""
    if label and label not in columns:
        raise MissingLabel(f"There is no column “{label}” in the file. Its columns are {_quoted(columns)}.")


def check_file_name(name: str) -> str:
    """The name, if it is a plain file name; raises BadFileName instead of making one out of something else."""
    # A path may hide behind percent signs, once or twice.
    for form in (name, unquote(name), unquote(unquote(name))):
        if not form or form.strip(". ") == "":
            raise BadFileName("The file has no name. Rename it and upload it again.")
        if "/" in form or "\\" in form or ":" in form:
            raise BadFileName("The file's name contains a path. Rename the file to a plain name and upload it again.")
        if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in form):
            raise BadFileName("The file's name contains invisible characters. Rename it and upload it again.")
    if len(name) > MAX_FILE_NAME:
        raise BadFileName(f"The file's name is longer than {MAX_FILE_NAME} characters. Give it a shorter one.")
    return unicodedata.normalize("NFC", name)


def _check_column(position: int, name: str) -> None:
    if not name.strip():
        raise BadTable(
            f"Column {position} has no name. Name every column in the first line; "
            "pandas leaves the first name out unless it writes with index=False."
        )
    if len(name) > MAX_NAME:
        raise BadTable(
            f"The name of column {position} is longer than {MAX_NAME} characters. "
            "Check that the first line holds the column names."
        )
    if any(unicodedata.category(sign) == "Cc" for sign in name):
        raise BadTable(f"The name of column {position} contains a line break or another control character. Rename it.")


def _quoted(names: Sequence[str], *, most: int = 8) -> str:
    listed = ", ".join(f"“{name}”" for name in names[:most])
    return listed if len(names) <= most else f"{listed} and {len(names) - most:,} more"
