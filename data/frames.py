"""Tables as data frames, typed by their schema."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import csv as arrow_csv

from data import csv_files, parquet_files, rows
from data.column_facts import BOOLEAN, DATE, DATETIME, FALSE, INTEGER, NUMBER, STRING, TRUE
from data.columns import scan
from data.models import Dataset
from data.tables import NULLS, PARQUET, BadTable

PREVIEW_ROWS = 20
PREVIEW_COLUMNS = 60
PREVIEW_CELL = 80

_ARROW_TYPES = {
    BOOLEAN: pa.bool_(),
    INTEGER: pa.int64(),
    NUMBER: pa.float64(),
    # Dates are read by pandas: arrow wants every one of a column written alike.
    DATE: pa.string(),
    DATETIME: pa.string(),
    STRING: pa.string(),
}

_IN_WORDS = {
    BOOLEAN: "true or false",
    INTEGER: "whole numbers",
    NUMBER: "numbers",
    DATE: "dates such as 2026-11-20",
    DATETIME: "times such as 2026-11-20 09:12",
    STRING: "text",
}
_COLUMN = re.compile(r"CSV column #(\d+)")
_QUOTED = re.compile(r"invalid value '(.*)'|string: '(.*?)'|[Tt]ime data \"?(.*?)\"? ")
_ZONE = r"\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True)
class Preview:
    """The first rows of a table as pairs of column and text, bounded in every direction; an empty cell is None."""

    columns: list[str]
    rows: list[list[tuple[str, str | None]]]
    hidden_columns: int


def read_frame(dataset: Dataset, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows of a snapshot, typed by its schema, or by what the values look like where it has none.

    Raises BadTable when a column is missing or does not hold what the schema says, storage.Missing without the rows.
    """
    types = {} if dataset.schema is None else dict(dataset.schema.fields.values_list("key", "data_type"))
    with rows.path_of(dataset) as path:
        return read_table_file(path, dataset.file_format, columns, types=types)


def read_table_file(
    path: Path, file_format: str, columns: Sequence[str] | None = None, *, types: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """The named columns of a checked file (all, if none are named); raises BadTable.

    Whole numbers come as int64 (float64 where cells are empty), numbers as float64, text as strings, yes/no as bool,
    dates and times as datetime64, times with a zone in UTC. Columns without a type get the one their values suggest.
    """
    present = column_names(path, file_format)
    wanted = list(present if columns is None else columns)
    if missing := [name for name in wanted if name not in present]:
        raise BadTable(f"There is no column “{missing[0]}” in the file. Choose one of the columns it has.")
    known = {name: kind for name, kind in (types or {}).items() if name in wanted}
    unknown = [name for name in wanted if name not in known]
    known |= {facts.name: facts.kind or STRING for facts in scan(path, file_format, unknown)} if unknown else {}
    read = _read_parquet if file_format == PARQUET else _read_csv
    table = read(path, wanted, known)
    frame = table.to_pandas(ignore_metadata=True, date_as_object=False)
    for name in wanted:
        if known[name] in (DATE, DATETIME):
            frame[name] = _moments(frame[name], known[name])
    return frame


def column_names(path: Path, file_format: str) -> list[str]:
    """The columns of a checked file, in its order."""
    if file_format == PARQUET:
        with parquet_files.open_parquet(path) as file:
            return list(file.schema_arrow.names)
    return csv_files.read_header(path)


def preview(dataset: Dataset) -> Preview:
    """The first rows of a snapshot, for people to look at; raises storage.Missing without the rows."""
    with rows.path_of(dataset, verify=False) as path:
        names = column_names(path, dataset.file_format)
        shown = names[:PREVIEW_COLUMNS]
        if dataset.file_format == PARQUET:
            batches = parquet_files.batches(path, shown, size=PREVIEW_ROWS)
        else:
            batches = csv_files.text_batches(path, shown)
        first = [batch.slice(0, PREVIEW_ROWS) for batch in islice(batches, 1)]
    cells = [[(name, _cell(row[name])) for name in shown] for batch in first for row in batch.to_pylist()]
    return Preview(shown, cells, len(names) - len(shown))


def _read_csv(path: Path, columns: Sequence[str], types: Mapping[str, str]) -> pa.Table:
    convert = arrow_csv.ConvertOptions(
        include_columns=list(columns),
        column_types={name: _ARROW_TYPES[types[name]] for name in columns},
        null_values=list(NULLS),
        true_values=list(TRUE),
        false_values=list(FALSE),
        strings_can_be_null=False,
    )
    reading = arrow_csv.ReadOptions(block_size=csv_files.BLOCK)
    try:
        table = arrow_csv.read_csv(
            path, read_options=reading, parse_options=csv_files.parsing(), convert_options=convert
        )
    except pa.ArrowInvalid as error:
        # Arrow counts columns as the file has them, from 0.
        at = int(found[1]) if (found := _COLUMN.search(str(error))) else -1
        name = csv_files.read_header(path)[at]
        raise BadTable(_not_as_described(name, types.get(name, STRING), error)) from error
    for position, name in enumerate(columns):
        if pa.types.is_string(table.schema.field(position).type):
            nulls = NULLS if types[name] in (DATE, DATETIME) else ("",)
            table = table.set_column(position, name, _without(table.column(position), nulls))
    return table


def _read_parquet(path: Path, columns: Sequence[str], types: Mapping[str, str]) -> pa.Table:
    with parquet_files.open_parquet(path) as file:
        table = file.read(columns=list(columns), use_pandas_metadata=False).select(list(columns))
    for position, name in enumerate(columns):
        column = parquet_files.plain(table.column(position))
        if not (types[name] in (DATE, DATETIME) and pa.types.is_temporal(column.type)):
            try:
                column = column.cast(_ARROW_TYPES[types[name]])
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise BadTable(_not_as_described(name, types[name], error)) from error
        table = table.set_column(position, name, column)
    return table


def _without(column: pa.ChunkedArray, nulls: Sequence[str]) -> pa.ChunkedArray:
    return pc.if_else(pc.is_in(column, value_set=pa.array(nulls)), None, column)


def _moments(values: pd.Series, kind: str) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return values if values.dt.tz is None else values.dt.tz_convert("UTC")
    try:
        moments = pd.to_datetime(values, format="ISO8601", utc=True)
    except ValueError as error:
        raise BadTable(_not_as_described(str(values.name), kind, error)) from error
    # A zone only where the file has one.
    has_zone = values.str.contains(_ZONE, na=False).any()
    return moments if has_zone else moments.dt.tz_localize(None)


def _not_as_described(column: str, kind: str, error: Exception) -> str:
    found = _QUOTED.search(str(error))
    value = f", yet one value is “{found[found.lastindex or 0][:60]}”" if found else ""
    return (
        f"According to its type, the column “{column}” holds {_IN_WORDS[kind]}{value}. "
        "Correct the type in the schema, or the file."
    )


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    text = str(value)
    return text if len(text) <= PREVIEW_CELL else f"{text[:PREVIEW_CELL]}…"
