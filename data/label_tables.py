"""Reading a table of several people's labels: one column for each labeler, or one line for each label."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from data import csv_files, parquet_files
from data.agreement.ratings import INTERVAL, NOMINAL, ORDINAL
from data.frames import column_names
from data.label_codes import (
    LONG,
    MOST_CELLS,
    MOST_LABELS,
    WIDE,
    BadLabels,
    LabelTable,
    Layout,
    coded,
    natural,
    number,
    plain_numbers,
)
from data.tables import PARQUET

MOST_LABELERS = 1000
LONGEST_KEY = 300
SAMPLE_ROWS = 2000
_LABEL_NAMES = re.compile(r"^(label|class|category|rating|grade|code|answer|score|diagnosis|verdict)$", re.IGNORECASE)
_LABELER_NAMES = re.compile(
    r"^(labell?er|annotator|rater|coder|reader|worker|reviewer|judge|observer)(_?(id|name|no|number))?$", re.IGNORECASE
)
_KEY_NAMES = re.compile(r"^(id|key|row|item|unit|case|record|sample|document)s?(_?(id|key|no|number))?$", re.IGNORECASE)


@dataclass(frozen=True)
class Recognised:
    """What a file of labels looks like: its columns, its first rows, and how it is probably to be read."""

    columns: tuple[str, ...]
    rows: list[list[str]]
    layout: Layout
    labels: tuple[str, ...]


def recognise(path: Path, file_format: str) -> Recognised:
    """A first guess at how a checked file of labels is to be read, from its first rows; raises BadLabels."""
    columns = column_names(path, file_format)
    if len(columns) < 3:
        raise BadLabels(
            f"The file has {len(columns)} column{'s' if len(columns) > 1 else ''}. Agreement needs a column that names "
            "the row and the labels of at least two labelers: a column for each, or one for the labeler and one for "
            "the label."
        )
    first = _text(path, file_format, columns, most=SAMPLE_ROWS)
    key = next((name for name in columns if _KEY_NAMES.match(name)), columns[0])
    layout = _guessed(first, key)
    labels = _distinct(first, layout)
    scale, order = _guessed_scale(labels)
    shown = [[str(cell) for cell in row] for row in first.head(5).itertuples(index=False)]
    return Recognised(tuple(columns), shown, replace(layout, scale=scale, order=order), labels)


def read_labels(path: Path, file_format: str, layout: Layout) -> LabelTable:
    """The labels of a checked file, read as `layout` says; raises BadLabels with what to correct."""
    columns = column_names(path, file_format)
    check_layout(layout, columns)
    wanted = [layout.key_column, *(layout.labelers or (layout.labeler_column, layout.label_column))]
    frame = _text(path, file_format, wanted)
    _check_keys(frame[layout.key_column], layout.key_column)
    cells = _wide(frame, layout) if layout.layout == WIDE else _pivoted(frame, layout)
    return coded(cells, layout)


def check_layout(layout: Layout, columns: Sequence[str]) -> None:
    """Refuse a layout that names columns the file lacks, or too few labelers; raises BadLabels."""
    named = {"key_column": layout.key_column}
    if layout.layout == LONG:
        named |= {"labeler_column": layout.labeler_column, "label_column": layout.label_column}
    for field, name in named.items():
        if name not in columns:
            raise BadLabels(f"There is no column “{name}” in the file. Choose one of its columns.", field)
    if len(set(named.values())) < len(named):
        raise BadLabels("One column cannot be two things: choose a different column for each.", "label_column")
    if layout.layout == LONG:
        return
    if unknown := [name for name in layout.labelers if name not in columns]:
        raise BadLabels(f"There is no column “{unknown[0]}” in the file. Choose columns that it has.", "labelers")
    if layout.key_column in layout.labelers:
        raise BadLabels(f"“{layout.key_column}” names the rows, so that it cannot hold labels, too.", "labelers")
    if len(set(layout.labelers)) < len(layout.labelers):
        raise BadLabels("A labeler is named twice. Name each once.", "labelers")
    if len(layout.labelers) < 2:
        raise BadLabels(
            "Agreement is between people: choose the columns of at least two labelers. "
            "With one labeler, have a second person label some of the rows, or record an audit.",
            "labelers",
        )


# ---------- what it looks like ----------


def _guessed(first: pd.DataFrame, key: str) -> Layout:
    others = [name for name in first.columns if name != key]
    named = [name for name in others if _LABELER_NAMES.match(name)]
    if not named and not first[key].duplicated().any():
        few = [name for name in others if first[name].nunique() <= min(MOST_LABELS, max(len(first) // 2, 5))]
        return Layout(WIDE, key, tuple((few or others)[:MOST_LABELERS]))
    fitting = named or [name for name in others if not first.duplicated([key, name]).any()]
    # A labeler has many lines; the label or a remark differs for other reasons.
    labeler = min(fitting, key=lambda name: (first[name].nunique() < 2, first[name].nunique()), default=others[0])
    rest = [name for name in others if name != labeler]
    # What never varies, such as a year, is no label; of the others the one with the fewest values is the likeliest.
    label = min(rest, key=lambda name: (not _LABEL_NAMES.match(name), first[name].nunique() < 2, first[name].nunique()))
    return Layout(LONG, key, (), labeler, label)


def _distinct(first: pd.DataFrame, layout: Layout) -> tuple[str, ...]:
    columns = list(layout.labelers) or [layout.label_column]
    found = {value.strip() for name in columns for value in first[name].unique()} - {""}
    return tuple(sorted(plain_numbers(found).values(), key=natural)) if found else ()


def _guessed_scale(labels: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    labels = list(dict.fromkeys(labels))
    if not labels or not all(number(label) is not None for label in labels):
        return NOMINAL, ()
    if any(not float(number(label) or 0).is_integer() for label in labels) or len(labels) > MOST_LABELS:
        return INTERVAL, ()
    return (ORDINAL, tuple(labels)) if len(labels) > 2 else (NOMINAL, ())


# ---------- reading ----------


def _text(path: Path, file_format: str, columns: Sequence[str], *, most: int | None = None) -> pd.DataFrame:
    """The named columns as text; an empty cell is the empty text."""
    source: Iterable[pa.RecordBatch] = (
        parquet_files.batches(path, columns) if file_format == PARQUET else csv_files.text_batches(path, columns)
    )
    parts, rows = [], 0
    for batch in source:
        parts.append(pd.DataFrame({name: _texts(batch.column(at)) for at, name in enumerate(columns)}))
        rows += batch.num_rows
        if rows * len(columns) > 4 * MOST_CELLS:
            raise BadLabels(f"The file has too many cells: at most {MOST_CELLS:,} labels can be compared at once.")
        if most and rows >= most:
            break
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns), dtype=str)
    return whole.head(most) if most else whole


def _texts(values: pa.Array) -> list[str]:
    plain = parquet_files.plain(values)
    try:
        return ["" if value is None else value for value in plain.cast(pa.string()).to_pylist()]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadLabels("A column holds lists or other nested values. Write labels as text or numbers.") from error


def _check_keys(keys: pd.Series, name: str) -> None:
    empty = keys.str.strip() == ""
    if empty.any():
        raise BadLabels(
            f"The key column “{name}” is empty in {int(empty.sum()):,} of {len(keys):,} rows, first in row "
            f"{int(np.flatnonzero(empty)[0]) + 1:,}. Give every row a key.",
            "key_column",
        )
    if int(keys.str.len().max()) > LONGEST_KEY:
        raise BadLabels(
            f"A key in “{name}” is longer than {LONGEST_KEY} characters. Choose another column.", "key_column"
        )


def _wide(frame: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    twice = frame[layout.key_column].duplicated(keep=False)
    if twice.any():
        first = frame[layout.key_column][twice].iloc[0]
        raise BadLabels(
            f"The key “{first}” stands in more than one row; {int(twice.sum()):,} rows share their key with another. "
            "Give each row a key of its own; if each line holds one person's label, choose the long layout.",
            "key_column",
        )
    return frame.set_index(layout.key_column)[list(layout.labelers)]


def _pivoted(frame: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    key, labeler, label = layout.key_column, layout.labeler_column, layout.label_column
    if (frame[labeler].str.strip() == "").any():
        row = int(np.flatnonzero(frame[labeler].str.strip() == "")[0]) + 1
        raise BadLabels(f"Row {row:,} does not name its labeler. Fill in “{labeler}” in every row.", "labeler_column")
    if (twice := frame.duplicated([key, labeler], keep=False)).any():
        first = frame[twice].iloc[0]
        raise BadLabels(
            f"“{first[labeler]}” labelled “{first[key]}” more than once; {int(twice.sum()):,} rows are affected. "
            "Keep one label for each row and labeler.",
            "labeler_column",
        )
    names = frame[labeler].nunique()
    if names < 2:
        raise BadLabels(
            f"Only one labeler is named in “{labeler}”. Agreement needs the labels of at least two people.",
            "labeler_column",
        )
    if names > MOST_LABELERS:
        raise BadLabels(
            f"“{labeler}” names {names:,} labelers; at most {MOST_LABELERS:,} are compared. Check that it is the "
            "column of the labelers.",
            "labeler_column",
        )
    if frame[key].nunique() * names > MOST_CELLS:
        raise BadLabels(f"Rows times labelers exceed {MOST_CELLS:,}. Upload a part of the rows, or fewer labelers.")
    order = list(dict.fromkeys(frame[key]))
    spread = frame.pivot(index=key, columns=labeler, values=label)
    return spread.loc[order, sorted(spread.columns)].fillna("")
