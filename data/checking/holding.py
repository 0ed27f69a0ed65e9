"""A file held against a schema: read in batches, every rule asked of every row, memory bounded."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from data import csv_files, parquet_files
from data.checking import rules
from data.checking.keys import Keys
from data.checking.outcome import Failure, Outcome
from data.checking.reading import Read, read
from data.inference import FieldDraft
from data.tables import PARQUET

EXAMPLES = 5
LONGEST_EXAMPLE = 80
MOST_FAILURES = 500
MASK = "hidden"
# A batch is large enough that the work per column does not matter, and small enough for the memory.
BATCH_ROWS = 100_000
BATCH_BYTES = 8 * 2**20

Tell = Callable[[int], None]


def hold(
    path: Path,
    file_format: str,
    fields: Sequence[FieldDraft],
    present: Sequence[str],
    *,
    tell: Tell = lambda rows: None,
) -> Outcome:
    """Hold a checked file with the columns `present` against fields; `tell` hears how many rows are done.

    Row numbers count from 1, the first row after the column names. Values of sensitive columns are not shown.
    """
    found = _Findings()
    there = [field for field in fields if field.key in set(present)]
    keys = [field for field in fields if field.is_key]
    # A part of a key may well come twice: without the rest, which is told as missing, nobody can judge.
    if not all(field in there for field in keys):
        keys = []
    schema = rules.schema_of(there)
    rows = 0
    with Keys() if keys else nullcontext() as collected:
        for batch in _batches(path, file_format, [field.key for field in there]):
            cells = {about.key: read(batch.column(at), about.data_type) for at, about in enumerate(there)}
            part = _Part(batch, cells, rows + 1)
            _note_unreadable(found, there, part)
            _note_broken(found, there, schema, part)
            if collected is not None:
                collected.add([cells[key.key].values for key in keys], rows + 1)
            rows += batch.num_rows
            tell(rows)
        if collected is not None:
            _note_doubles(found, collected, keys, path, file_format)
    for absent in fields:
        if absent.key not in set(present):
            found.add(absent, rules.MISSING, rows, [])
    failures = sorted(found.failures.values(), key=lambda failure: -failure.count)
    return Outcome(rows, failures[:MOST_FAILURES], max(0, len(failures) - MOST_FAILURES))


@dataclass(frozen=True)
class _Part:
    """Some rows of the file: as they stand there, and as values of their types."""

    batch: pa.RecordBatch
    cells: dict[str, Read]
    first: int

    def examples(self, key: str, rows: Sequence[int]) -> list[tuple[int, object]]:
        """Rows with what they hold in a column."""
        column = self.batch.column(key)
        return [(row, column[row - self.first].as_py()) for row in rows]


class _Findings:
    """The failures so far, one for each column and rule."""

    def __init__(self) -> None:
        self.failures: dict[tuple[str, str], Failure] = {}

    def add(self, about: FieldDraft, rule: str, count: int, examples: Iterable[tuple[int, object]]) -> None:
        """Count more rows that break a rule; keeps the first few examples."""
        failure = self.failures.setdefault((about.key, rule), Failure(about.key, rule, rules.sentence(about, rule)))
        failure.count += count
        for row, value in examples:
            if len(failure.examples) < EXAMPLES:
                failure.examples.append({"row": row, "value": _shown(about, value)})

    def room(self, key: str, rule: str) -> int:
        """How many more examples are wanted."""
        failure = self.failures.get((key, rule))
        return EXAMPLES - len(failure.examples) if failure else EXAMPLES


def _note_unreadable(found: _Findings, fields: Sequence[FieldDraft], part: _Part) -> None:
    for about in fields:
        unreadable = part.cells[about.key].unreadable
        if count := unreadable.true_count:
            places = unreadable.to_numpy(zero_copy_only=False).nonzero()[0][: found.room(about.key, rules.READABLE)]
            found.add(about, rules.READABLE, count, part.examples(about.key, [part.first + int(at) for at in places]))


def _note_broken(found: _Findings, fields: Sequence[FieldDraft], schema: pandera.DataFrameSchema, part: _Part) -> None:
    asked = {about.key: about for about in fields if about.key in schema.columns}
    if not asked:
        return
    frame = pa.table({key: part.cells[key].values for key in asked}).to_pandas(types_mapper=pd.ArrowDtype)
    frame.index = pd.RangeIndex(part.first, part.first + len(frame))
    for (key, rule), broken in rules.broken(schema, frame).items():
        # What could not be read is told as such, not as an empty cell.
        unreadable = part.cells[key].unreadable
        rows = [row for row in broken if rule != rules.NOT_EMPTY or not unreadable[row - part.first].as_py()]
        if rows:
            found.add(asked[key], rule, len(rows), part.examples(key, rows[: found.room(key, rule)]))


def _note_doubles(found: _Findings, collected: Keys, keys: Sequence[FieldDraft], path: Path, file_format: str) -> None:
    doubles = collected.doubles(shown=EXAMPLES)
    if not doubles.count:
        return
    hidden = any(field.is_sensitive for field in keys)
    values = _rows_at(path, file_format, [field.key for field in keys], doubles.rows)
    about = FieldDraft(
        key=" + ".join(field.key for field in keys), data_type="string", order="nominal", is_sensitive=hidden
    )
    found.add(about, rules.KEY, doubles.count, values)


def _rows_at(path: Path, file_format: str, columns: Sequence[str], rows: Sequence[int]) -> Iterator[tuple[int, str]]:
    wanted, first = list(rows), 1
    for batch in _batches(path, file_format, columns):
        while wanted and wanted[0] < first + batch.num_rows:
            row = wanted.pop(0)
            yield row, ", ".join(str(column[row - first].as_py()) for column in batch.columns)
        first += batch.num_rows
        if not wanted:
            return


def _batches(path: Path, file_format: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The named columns of a file in larger batches than the readers give."""
    if file_format == PARQUET:
        small: Iterable[pa.RecordBatch] = parquet_files.batches(path, columns)
    else:
        small = csv_files.text_batches(path, columns)
    held: list[pa.RecordBatch] = []
    for batch in small:
        held.append(batch)
        if sum(b.num_rows for b in held) >= BATCH_ROWS or sum(b.nbytes for b in held) >= BATCH_BYTES:
            yield pa.concat_batches(held)
            held = []
    if held:
        yield pa.concat_batches(held)


def _shown(about: FieldDraft, value: object) -> str:
    if about.is_sensitive:
        return MASK
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[:LONGEST_EXAMPLE]}…"
