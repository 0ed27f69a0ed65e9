"""Samples of labels to audit: which rows are drawn, the sheet to fill in, and reading it back."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from data import csv_files, frames, parquet_files, storage
from data.models import LabelSample
from data.rows import path_of
from data.spreadsheets import harmless
from data.tables import PARQUET, BadTable

ROW, LABEL, WRONG, NOTE = "row", "label", "wrong", "note"
YES = frozenset({"yes", "y", "true", "1", "wrong", "x"})
NO = frozenset({"no", "n", "false", "0", "right", "ok"})


class BadSheet(BadTable):
    """The audited sheet does not fit the sample that was drawn; the message says what to do, for people."""


@dataclass(frozen=True)
class Sheet:
    """An audited sheet: how many labels were looked at, and how many of them are wrong."""

    audited: int
    errors: int


def rows_of(sample: LabelSample) -> list[int]:
    """The numbers of the drawn rows, from 1, in order; the same for the same seed."""
    drawn = np.random.default_rng(sample.seed).choice(sample.population, size=sample.size, replace=False, shuffle=False)
    return sorted(int(row) + 1 for row in drawn)


def sheet(sample: LabelSample) -> Iterator[str]:
    """The sheet to fill in as CSV, line by line: a row number, the label it has, and room for the verdict."""
    yield _line([ROW, LABEL, WRONG, NOTE])
    labels = _labels(sample)
    for row in rows_of(sample):
        yield _line([str(row), labels.get(row, ""), "", ""])


def read_sheet(path: Path, file_format: str, sample: LabelSample) -> Sheet:
    """What an audited sheet says; raises BadSheet when it is not all of this sample, or a verdict is missing."""
    columns = frames.column_names(path, file_format)
    if missing := [name for name in (ROW, WRONG) if name not in columns]:
        raise BadSheet(f"The sheet has no column “{missing[0]}”. Fill in the sheet as it was downloaded.")
    source = (
        parquet_files.batches(path, [ROW, WRONG])
        if file_format == PARQUET
        else csv_files.text_batches(path, [ROW, WRONG])
    )
    table = pd.concat([batch.to_pandas() for batch in source], ignore_index=True).astype("string").fillna("")
    _check_rows(table[ROW], sample)
    verdicts = table[WRONG].str.strip().str.lower()
    if odd := [text for text in verdicts.unique() if text and text not in YES | NO]:
        raise BadSheet(
            f"“{odd[0]}” in the column “{WRONG}” is neither yes nor no. Write yes for a wrong label, else no."
        )
    if empty := int((verdicts == "").sum()):
        raise BadSheet(
            f"{empty:,} of {len(table):,} rows have no verdict yet. Leaving out rows would favour one answer: write yes "
            f"or no in “{WRONG}” for every row."
        )
    return Sheet(len(table), int(verdicts.isin(YES).sum()))


def _check_rows(written: Iterable[str], sample: LabelSample) -> None:
    try:
        found = [int(float(text)) for text in written]
    except (ValueError, OverflowError) as error:
        raise BadSheet(f"A cell of “{ROW}” is no row number. Leave that column as it was downloaded.") from error
    if len(set(found)) < len(found):
        raise BadSheet("A row stands in the sheet twice. Keep one line for each drawn row.")
    drawn = set(rows_of(sample))
    if strange := sorted(set(found) - drawn):
        raise BadSheet(
            f"Row {strange[0]:,} was not drawn for this sample; {len(strange):,} such rows are in the sheet. "
            "Upload the sheet of this sample."
        )
    if lacking := sorted(drawn - set(found)):
        raise BadSheet(
            f"{len(lacking):,} of {sample.size:,} drawn rows are not in the sheet, the first is row {lacking[0]:,}. "
            "Audit all of them, or draw a smaller sample."
        )


def _labels(sample: LabelSample) -> Mapping[int, str]:
    """Row number to label, where the rows and a label column are at hand."""
    dataset = sample.dataset
    if not dataset.label_column:
        return {}
    wanted, start = rows_of(sample), 0
    found: dict[int, str] = {}
    try:
        with path_of(dataset) as path:
            for batch in _label_batches(path, dataset.file_format, dataset.label_column):
                at = np.searchsorted(wanted, [start + 1, start + batch.num_rows + 1])
                column = parquet_files.plain(batch.column(0))
                found |= {row: _text(column[row - start - 1].as_py()) for row in wanted[at[0] : at[1]]}
                start += batch.num_rows
    except (storage.Missing, BadTable):
        return {}
    return found


def _label_batches(path: Path, file_format: str, column: str) -> Iterator[pa.RecordBatch]:
    read = parquet_files.batches if file_format == PARQUET else csv_files.text_batches
    return iter(read(path, [column]))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return line.getvalue()
