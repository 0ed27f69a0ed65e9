"""A whole table in one pass: chunks in, every column's description and every row's hash out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data.profiling import hashes
from data.profiling.columns import Column
from data.profiling.hashes import Hashes
from data.profiling.labels import Label, LabelChunk
from data.profiling.readings import Reading, read_texts, read_typed
from data.profiling.sketches import DISTINCT_BOUND

CHUNK_ROWS = 262_144
CHUNK_BYTES = 48 * 2**20
THREADS = 2
# How many hashes the counts of different values may keep altogether.
_KEPT = 16 * 2**20

Said = Callable[[int], None]


@dataclass(frozen=True)
class Found:
    """What one pass over a table found."""

    rows: int
    columns: list[dict[str, Any]]
    label: dict[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)


def profile(
    batches: Iterable[pa.RecordBatch], columns: Sequence[str], *, is_text: bool, into: Path, label: str = "",
    label_is_number: bool = False, left_out: frozenset[str] = frozenset(), tell: Said = lambda rows: None,
) -> Found:  # fmt: skip
    """Describe every column, and write row hashes to the file `into`: of whole rows, then of rows without `left_out`."""
    share = max(1, len(columns))
    bound = int(np.clip(_KEPT // share, 1_024, DISTINCT_BOUND))
    tally = int(np.clip(2_000_000 // share, 200, 5_000))
    held = {name: Column(name, distinct_bound=bound, tally_bound=tally) for name in columns}
    target = Label(label, is_number=label_is_number) if label in held else None
    read = read_texts if is_text else read_typed
    rows = 0
    with (
        ThreadPoolExecutor(THREADS, thread_name_prefix="profile") as threads,
        into.open("wb") as whole,
        into.with_suffix(".part").open("w+b") as part,
    ):
        for chunk in chunked(batches):
            beside: LabelChunk | None = None
            ready: dict[str, Reading] = {}
            if target is not None:
                ready[label] = read(_column(chunk, label))
                beside = target.take(ready[label])
            own, others = _add(threads, chunk, held, read=read, ready=ready, label=beside, left_out=left_out)
            own.tofile(whole)
            others.tofile(part)
            rows += chunk.num_rows
            tell(rows)
        part.seek(0)
        while block := part.read(2**20):
            whole.write(block)
    into.with_suffix(".part").unlink()
    with np.errstate(all="ignore"):
        described = [_finite(column.described(target)) for column in held.values()]
    return Found(rows, described, _label(target, held), {"distinct_bound": bound, "left_out": sorted(left_out)})


def row_hashes(batches: Iterable[pa.RecordBatch], *, is_text: bool, tell: Said = lambda rows: None) -> Hashes:
    """The hashes of the rows of these columns alone."""
    read, parts, rows = (read_texts if is_text else read_typed), [], 0
    for chunk in chunked(batches):
        total = np.zeros(chunk.num_rows, np.uint64)
        for name in chunk.schema.names:
            total += hashes.in_column(read(_column(chunk, name)).hashes, name)
        parts.append(total)
        rows += chunk.num_rows
        tell(rows)
    return hashes.joined(parts)


def chunked(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows in fewer and larger pieces, each bounded in rows and bytes."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if rows >= CHUNK_ROWS or size >= CHUNK_BYTES:
            yield pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
    if rows:
        yield pa.Table.from_batches(held)


def _add(
    threads: ThreadPoolExecutor, chunk: pa.Table, held: Mapping[str, Column], *, read: Callable[[pa.Array], Reading],
    ready: Mapping[str, Reading], label: LabelChunk | None, left_out: frozenset[str],
) -> tuple[Hashes, Hashes]:  # fmt: skip
    def work(name: str) -> Hashes:
        reading = ready.get(name) or read(_column(chunk, name))
        # Numbers too large to be squared leave sums that are no numbers, and these are left out at the end.
        with np.errstate(over="ignore", invalid="ignore"):
            held[name].add(reading, label)
        return hashes.in_column(reading.hashes, name)

    whole, out = np.zeros(chunk.num_rows, np.uint64), np.zeros(chunk.num_rows, np.uint64)
    names = list(held)
    # A few columns at a time: the hashes of thousands would wait for one another in memory.
    for start in range(0, len(names), 16):
        some = names[start : start + 16]
        for name, share in zip(some, threads.map(work, some), strict=True):
            whole += share
            if name in left_out:
                out += share
    return whole, whole - out


def _column(chunk: pa.Table, name: str) -> pa.Array:
    column = chunk.column(name).combine_chunks()
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _finite(value: Any) -> Any:  # Any: plain values of any shape
    """The same values without what JSON cannot hold."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _label(target: Label | None, held: Mapping[str, Column]) -> dict[str, Any]:
    if target is None:
        return {}
    column = held[target.name]
    said: dict[str, Any] = {"column": target.name, "rows": column.rows, "missing": column.missing}
    if target.has_classes:
        counts = sorted((-target.counts[place], name) for place, name in enumerate(target.names))
        return said | {"kind": "classes", "classes": [{"value": name, "count": -count} for count, name in counts]}
    return said | {"kind": "number" if target.is_number else "too many", "distinct": column.distinct.count}
