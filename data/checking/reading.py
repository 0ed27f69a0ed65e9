"""Cells read as the type their column is described with, without stopping at the first that cannot be."""

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
from pyarrow import compute as pc

from data import parquet_files
from data.column_facts import BOOLEAN, DATE, DATETIME, FALSE, INTEGER, NUMBER, STRING, TRUE
from data.tables import NULLS

_WHOLE = r"^[+-]?\d{1,18}$"
_NUMERIC = r"^[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[iI]nf(inity)?)$"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_MOMENT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$"
_TRIMMED = {INTEGER: _WHOLE, NUMBER: _NUMERIC, DATE: _DAY, DATETIME: _MOMENT}


@dataclass(frozen=True)
class Read:
    """One column of a batch: its values with nulls where there are none, and which cells could not be read."""

    values: pa.Array
    unreadable: pa.Array


def read(cells: pa.Array, kind: str) -> Read:
    """Cells as values of the type: bool, int64, float64, text, or timestamps in UTC."""
    cells = parquet_files.plain(cells)
    typed = _as_stored(cells, kind)
    if typed is not None:
        return Read(typed, _none(len(cells)))
    texts = cells if pa.types.is_string(cells.type) else cells.cast(pa.string())
    if kind == STRING:
        return Read(pc.if_else(pc.equal(texts, ""), None, texts), _none(len(texts)))
    is_null = pc.or_(pc.is_in(texts, value_set=pa.array(NULLS)), pc.is_null(texts))
    texts = pc.if_else(is_null, None, pc.utf8_trim_whitespace(texts))
    values = _parsed(texts, kind)
    return Read(values, pc.and_(pc.is_null(values), pc.invert(is_null)))


def read_texts(texts: list[str], kind: str) -> pa.Array:
    """Allowed values as values of the type; null where one cannot be read."""
    return read(pa.array(texts, pa.string()), kind).values


def _as_stored(cells: pa.Array, kind: str) -> pa.Array | None:
    """The cells themselves, where the file stores the type; else nothing."""
    stored = cells.type
    if kind == STRING:
        return None
    if kind == INTEGER and pa.types.is_integer(stored):
        return cells.cast(pa.int64())
    if kind == NUMBER and (pa.types.is_floating(stored) or pa.types.is_integer(stored)):
        values = cells.cast(pa.float64())
        return pc.if_else(pc.is_nan(values), None, values)
    if kind == BOOLEAN and pa.types.is_boolean(stored):
        return cells
    if kind in (DATE, DATETIME) and (pa.types.is_timestamp(stored) or pa.types.is_date(stored)):
        return cells.cast(pa.timestamp("us", tz=getattr(stored, "tz", None)), safe=False)
    return None


def _parsed(texts: pa.Array, kind: str) -> pa.Array:
    if kind == BOOLEAN:
        is_true, is_false = (pc.is_in(texts, value_set=pa.array(words)) for words in (TRUE, FALSE))
        return pc.if_else(pc.or_(is_true, is_false), is_true, None)
    fitting = pc.if_else(pc.match_substring_regex(texts, _TRIMMED[kind]), texts, None)
    if kind in (DATE, DATETIME):
        # A date such as 2026-02-30 looks right and is none.
        moments = pd.to_datetime(fitting.to_pandas(), format="ISO8601", utc=True, errors="coerce")
        return pa.Array.from_pandas(moments, type=pa.timestamp("us", tz="UTC"), safe=False)
    if kind == INTEGER:
        # Arrow reads no plus sign before a whole number.
        return pc.replace_substring_regex(fitting, r"^\+", "").cast(pa.int64())
    return pc.replace_substring_regex(fitting, r"^\+", "").cast(pa.float64())


def _none(length: int) -> pa.Array:
    return pa.repeat(False, length)
