"""What the values of each column look like: one pass over a checked file, some rows at a time."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import compute as pc

from data import csv_files, parquet_files
from data.column_facts import BOOLEAN, DATE, DATETIME, FALSE, FEW, INTEGER, NUMBER, STRING, TRUE, ColumnFacts
from data.tables import NULLS, PARQUET

MOST_ROWS = 250_000
MOST_CELLS = 20_000_000

_INTEGER = r"^[+-]?\d{1,18}$"
_LEADING_ZERO = r"^[+-]?0\d"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_DATETIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$"


def scan(path: Path, file_format: str, columns: Sequence[str]) -> list[ColumnFacts]:
    """The facts of the named columns, from the first rows of a checked file (250,000, fewer if they are wide)."""
    found = [ColumnFacts(name) for name in columns]
    most = min(MOST_ROWS, max(MOST_CELLS // max(len(columns), 1), 1))
    look = _look_at_typed if file_format == PARQUET else _look_at_text
    for batch in _up_to(most, _batches(path, file_format, columns)):
        for facts, values in zip(found, batch.columns, strict=True):
            facts.rows += len(values)
            look(facts, values)
    return found


def _batches(path: Path, file_format: str, columns: Sequence[str]) -> Iterable[pa.RecordBatch]:
    if file_format == PARQUET:
        return parquet_files.batches(path, columns)
    return csv_files.text_batches(path, columns)


def _up_to(most: int, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    left = most
    for batch in batches:
        yield batch.slice(0, left)
        left -= batch.num_rows
        if left <= 0:
            return


def _look_at_text(facts: ColumnFacts, values: pa.Array) -> None:
    facts.has_empty = facts.has_empty or bool(pc.any(pc.equal(values, "")).as_py())
    distinct = pc.unique(values)
    is_word = pc.is_in(distinct, value_set=pa.array(NULLS))
    words = distinct.filter(is_word)
    facts.has_null_word = facts.has_null_word or len(words) > (1 if "" in words.to_pylist() else 0)
    kind, least = _kind_of_text(distinct.filter(pc.invert(is_word)))
    _widen(facts, kind, least)
    # In a column of text, words such as NA are values like any other.
    kept = distinct.filter(pc.not_equal(distinct, "")) if facts.kind == STRING else distinct.filter(pc.invert(is_word))
    _collect(facts, kept, has_doubles=len(distinct) < len(values))


def _look_at_typed(facts: ColumnFacts, values: pa.Array) -> None:
    values = parquet_files.plain(values)
    kind = _kind_of_type(values.type)
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), None, values)
    facts.has_empty = facts.has_empty or values.null_count > 0
    known = values.drop_null()
    if not len(known):
        return
    numeric = kind in (INTEGER, NUMBER)
    _widen(facts, kind, float(pc.min(known).as_py()) if numeric else None)
    distinct = pc.unique(known)
    _collect(facts, pc.cast(distinct, pa.string()), has_doubles=len(distinct) < len(known))


def _kind_of_text(values: pa.Array) -> tuple[str, float | None]:
    """The narrowest type that all of these texts can be read as, and the least number among them."""
    if not len(values):
        return "", None
    if _all(pc.is_in(values, value_set=pa.array(TRUE + FALSE))):
        return BOOLEAN, None
    trimmed = pc.utf8_trim_whitespace(values)
    if _all(pc.match_substring_regex(trimmed, _INTEGER)):
        # A leading zero belongs to a code, such as a postcode, and a number would lose it.
        if bool(pc.any(pc.match_substring_regex(trimmed, _LEADING_ZERO)).as_py()):
            return STRING, None
        return INTEGER, _least(trimmed)
    if (least := _least(trimmed)) is not None:
        return NUMBER, least
    if _all(pc.match_substring_regex(trimmed, _DATE)) and _are_dates(trimmed):
        return DATE, None
    if _all(pc.match_substring_regex(trimmed, f"{_DATE}|{_DATETIME}")) and _are_dates(trimmed):
        return DATETIME, None
    return STRING, None


def _kind_of_type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return BOOLEAN
    if pa.types.is_integer(kind):
        return INTEGER
    if pa.types.is_floating(kind):
        return NUMBER
    if pa.types.is_date(kind):
        return DATE
    return DATETIME if pa.types.is_timestamp(kind) else STRING


def _all(answers: pa.Array) -> bool:
    return bool(pc.all(answers).as_py())


def _least(texts: pa.Array) -> float | None:
    try:
        return float(pc.min(pc.cast(texts, pa.float64())).as_py())
    except pa.ArrowInvalid:
        return None


def _are_dates(texts: pa.Array) -> bool:
    try:
        pd.to_datetime(texts.to_pandas(), format="ISO8601", utc=True)
    except ValueError:
        return False
    return True


def _widen(facts: ColumnFacts, kind: str, least: float | None) -> None:
    """Let the column's type include what this batch holds too."""
    if not kind:
        return
    both = {facts.kind or kind, kind}
    if len(both) == 1:
        facts.kind = kind
    elif both == {INTEGER, NUMBER}:
        facts.kind = NUMBER
    elif both == {DATE, DATETIME}:
        facts.kind = DATETIME
    else:
        facts.kind = STRING
    if least is not None:
        facts.least = least if facts.least is None else min(facts.least, least)


def _collect(facts: ColumnFacts, distinct: pa.Array, *, has_doubles: bool) -> None:
    if facts.kind == STRING and len(distinct):
        facts.longest = max(facts.longest, pc.max(pc.utf8_length(distinct)).as_py())
        facts.has_spaces = facts.has_spaces or bool(pc.any(pc.match_substring(distinct, " ")).as_py())
    if facts.values is not None:
        facts.values = facts.values.union(distinct.slice(0, FEW + 1).to_pylist())
        if len(facts.values) > FEW:
            facts.values = None
    if facts.hashes is None:
        return
    # Only whole numbers and text identify rows; remembering every measured value would fill the memory.
    if has_doubles or facts.kind not in (INTEGER, STRING):
        facts.hashes = None
        return
    before = len(facts.hashes)
    facts.hashes.update(map(hash, distinct.to_pylist()))
    if len(facts.hashes) < before + len(distinct):
        facts.hashes = None
