"""Reads a table of readings that somebody exported, whatever their spreadsheet made of it."""

import codecs
import csv
import io
import re
from datetime import date

from canvas.cleaning import clean_text
from canvas.services.readings import MOST_AT_ONCE, Reading, problem_with

LARGEST_FILE = 5 * 2**20
REQUIRED = ("date", "value")
OPTIONAL = ("lower", "upper", "n", "note")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
POINT_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
COMMA_NUMBER = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
MOST_PROBLEMS = 50
NOTE_LENGTH = 300


class BadFile(ValueError):
    """The file cannot be used; `problems` are sentences that name the line where they can."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class _Refused(ValueError):
    """A cell cannot be read; the message is the sentence to show."""


def read_readings(content: bytes, *, today: date) -> list[tuple[int, Reading]]:
    """The readings of a CSV file with the number of the line each begins on; raises BadFile for any bad row.

    Columns: date, value, and where wanted lower, upper, n, note, in any order. UTF-8 with or without byte-order mark,
    UTF-16 with one, and Windows-1252 are read; commas, semicolons and tabs divide; decimals have a point, or a comma
    where semicolons or tabs divide.
    """
    if len(content) > LARGEST_FILE:
        raise BadFile([f"The file is larger than {LARGEST_FILE // 2**20} MB. Divide it."])
    text = _decoded(content)
    if not text.strip():
        raise BadFile(["The file is empty. Its first line names the columns: date, value."])
    delimiter = _delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header, table = _table(rows)
    except csv.Error as error:
        raise BadFile([f"Line {rows.line_num}: a quotation mark is not closed, or stands inside a cell."]) from error
    columns = _columns(header)
    if not table:
        raise BadFile(["The file has no rows below its first line."])
    if len(table) > MOST_AT_ONCE:
        raise BadFile([f"The file has {len(table):,} rows. Send at most {MOST_AT_ONCE:,} at once."])
    _ensure_one_decimal_sign(columns, table)
    return _readings(columns, table, delimiter, today)


def _decoded(content: bytes) -> str:
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadFile(["This is no text file. Save the table as CSV, in UTF-8 where you can choose."])


def _delimiter(text: str) -> str:
    first = next(line for line in text.splitlines() if line.strip())
    return max((";", "\t", ","), key=first.count)


def _table(rows: "csv._reader") -> tuple[list[str], list[tuple[int, list[str]]]]:  # type: ignore[name-defined]  # has no public name
    """The first line, and every other that is not blank with the number of the line it begins on."""
    header: list[str] = []
    table: list[tuple[int, list[str]]] = []
    began = 1
    for row in rows:
        if any(cell.strip() for cell in row):
            if header:
                table.append((began, row))
            else:
                header = row
        began = rows.line_num + 1
    return header, table


def _columns(header: list[str]) -> list[str]:
    names = [name.strip().casefold() for name in header]
    problems = [
        f"Line 1: the column “{name}” stands twice." for name in sorted({n for n in names if names.count(n) > 1})
    ]
    problems += [f"Line 1: the column “{name}” is missing." for name in REQUIRED if name not in names]
    allowed = ", ".join((*REQUIRED, *OPTIONAL))
    problems += [
        f"Line 1: “{name[:60]}” is not a column of readings. Columns are {allowed}."
        for name in dict.fromkeys(names)
        if name not in (*REQUIRED, *OPTIONAL)
    ]
    if problems:
        raise BadFile(problems)
    return names


def _ensure_one_decimal_sign(columns: list[str], table: list[tuple[int, list[str]]]) -> None:
    """A file with both signs may mean thousands by one of them."""
    lines: dict[str, int] = {}
    for line, row in table:
        for name, cell in zip(columns, row, strict=False):
            if name in ("value", "lower", "upper") and ("," in cell) != ("." in cell):
                lines |= {sign: line for sign in ",." if sign in cell and sign not in lines}
    if len(lines) == 2:
        comma, point = lines[","], lines["."]
        places = f"Line {comma} has a decimal comma and line {point} a decimal point."
        raise BadFile([f"{places} One of them may mean thousands: write all numbers with one sign, and no other."])


def _readings(
    columns: list[str], table: list[tuple[int, list[str]]], delimiter: str, today: date
) -> list[tuple[int, Reading]]:
    found: list[tuple[int, Reading]] = []
    problems: list[str] = []
    first_line: dict[date, tuple[int, Reading]] = {}
    for line, row in table:
        try:
            reading = _reading(dict(zip(columns, _as_long_as(columns, row), strict=True)), delimiter, today)
            earlier, known = first_line.setdefault(reading.measured_on, (line, reading))
            if known != reading:
                raise _Refused(
                    f"{reading.measured_on} stands on line {earlier} too, with other figures. Keep one of them."
                )
        except _Refused as reason:
            problems.append(f"Line {line}: {reason}")
        else:
            found.append((line, reading))
    if problems:
        more = len(problems) - MOST_PROBLEMS
        raise BadFile(problems[:MOST_PROBLEMS] + ([f"And {more} more lines."] if more > 0 else []))
    return found


def _as_long_as(columns: list[str], row: list[str]) -> list[str]:
    if len(row) != len(columns):
        raise _Refused(f"it has {len(row)} cells, the first line has {len(columns)}.")
    return row


def _reading(cells: dict[str, str], delimiter: str, today: date) -> Reading:
    try:
        note = clean_text(" ".join(cells.get("note", "").split()), max_length=NOTE_LENGTH)
    except ValueError as reason:
        raise _Refused(f"the note cannot be stored. {reason}") from None
    value = _number(cells["value"], "value", delimiter)
    if value is None:
        raise _Refused("the value is missing.")
    reading = Reading(
        measured_on=_day(cells["date"]),
        value=value,
        lower=_number(cells.get("lower", ""), "lower", delimiter),
        upper=_number(cells.get("upper", ""), "upper", delimiter),
        sample_size=_count(cells.get("n", "")),
        note=note,
    )
    if problem := problem_with(reading, today=today):
        raise _Refused(problem[0].lower() + problem[1:])
    return reading


def _day(text: str) -> date:
    written = text.strip()
    dotted = DOTTED_DAY.fullmatch(written)
    try:
        if ISO_DAY.fullmatch(written):
            return date.fromisoformat(written)
        if dotted:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    except ValueError:
        raise _Refused(f"“{written}” is no day of the calendar.") from None
    raise _Refused(f"“{written[:40]}” is not a date such as 2026-03-31.")


def _number(text: str, name: str, delimiter: str) -> float | None:
    written = text.strip().replace("\u2212", "-")
    if not written:
        return None
    if POINT_NUMBER.fullmatch(written):
        return float(written)
    if COMMA_NUMBER.fullmatch(written) and delimiter != ",":
        return float(written.replace(",", "."))
    raise _Refused(
        f"the {name} “{written[:40]}” is not a number such as 0.93, without signs for thousands or per cent."
    )


def _count(text: str) -> int | None:
    written = text.strip()
    if not written:
        return None
    if not written.isascii() or not written.isdigit() or len(written) > 15:
        raise _Refused(f"n is a whole number of cases, not “{written[:40]}”.")
    return int(written)
