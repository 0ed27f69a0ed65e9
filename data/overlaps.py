"""Which rows two snapshots share, told by their row hashes; what cannot be told by them is read again."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from data import csv_files, parquet_files, storage
from data.models import Dataset, DatasetProfile
from data.profiling import hashes, leakage, tables
from data.profiling.hashes import Hashes, Rows
from data.rows import path_of
from data.services.profiles import Overlap
from data.tables import PARQUET, BadTable

# A snapshot is compared with so many others, the newest first.
MOST_COMPARED = 200
# Reading rows again takes as long as a profile, so it is done for few.
MOST_READ_AGAIN = 10
MOST_EXAMPLES = 5
ORDER = [Dataset.SplitRole.TRAIN, Dataset.SplitRole.VALIDATION, Dataset.SplitRole.TEST]
BATCH = 65_536

Tell = Callable[[int], None]


@dataclass
class Side:
    """One of two snapshots to compare: its rows' hashes, and which columns they speak of."""

    dataset: Dataset
    names: frozenset[str]
    left_out: frozenset[str]
    whole: Hashes
    features: Hashes
    times: Mapping[str, Any]
    again: dict[frozenset[str], Hashes] = field(default_factory=dict)

    def of(self, columns: frozenset[str], tell: Tell) -> Hashes:
        """The hashes of some columns alone: known already, or read again; raises BadTable or storage.Missing."""
        if columns == self.names:
            return self.whole
        if columns == self.names - self.left_out:
            return self.features
        if columns not in self.again:
            with opened(self.dataset, sorted(columns)) as batches:
                is_text = self.dataset.file_format != PARQUET
                self.again[columns] = tables.row_hashes(batches, is_text=is_text, tell=tell)
        return self.again[columns]

    def knows(self, columns: frozenset[str]) -> bool:
        """Whether the hashes of these columns need no reading."""
        return columns in (self.names, self.names - self.left_out) or columns in self.again


def others_of(dataset: Dataset) -> list[DatasetProfile]:
    """The newest finished profile of every snapshot of the project that plays another part in the split."""
    if dataset.split_role not in ORDER:
        return []
    roles = [role for role in ORDER if role != dataset.split_role]
    found = DatasetProfile.objects.filter(
        dataset__project=dataset.project_id, dataset__split_role__in=roles, finished_at__isnull=False
    ).exclude(row_hashes_sha256="")
    newest: dict[int, DatasetProfile] = {}
    plain = found.select_related("dataset__project", "dataset__schema").defer("columns", "dataset__declared")
    for profile in plain.order_by("-finished_at", "-pk")[: 2 * MOST_COMPARED]:
        newest.setdefault(profile.dataset_id, profile)
    return list(newest.values())[:MOST_COMPARED]


def side_of(profile: DatasetProfile) -> Side:
    """The stored row hashes of a finished profile; raises storage.Missing."""
    with storage.open_file(profile.row_hashes_sha256) as file:
        known = np.frombuffer(file.read(), "<u8")
    facts = profile.facts
    return Side(
        profile.dataset,
        frozenset(facts["names"]),
        frozenset(facts["left_out"]),
        known[: len(known) // 2],
        known[len(known) // 2 :],
        facts.get("times", {}),
    )


def compare(one: Side, other: Side, *, tell: Tell, may_read: bool) -> Overlap | None:
    """What two snapshots share; None when they have no columns to compare, or when these would have to be read again."""
    first, second = sorted((one, other), key=lambda side: side.dataset.pk)
    shared = first.names & second.names
    plain = shared - first.left_out - second.left_out
    if len(shared) < min(2, len(first.names)) or not (may_read or (first.knows(shared) and second.knows(shared))):
        return None
    try:
        rows = hashes.in_both(first.of(shared, tell), second.of(shared, tell))
        is_known = may_read or (first.knows(plain) and second.knows(plain))
        alike = hashes.in_both(first.of(plain, tell), second.of(plain, tell)) if len(plain) > 1 and is_known else None
    except (BadTable, storage.Missing):
        return None
    examples = [_example("row", rows, at) for at in range(min(MOST_EXAMPLES, len(rows[0])))]
    if alike is not None:
        known = {(example["first"], example["second"]) for example in examples}
        more = [_example("alike", alike, at) for at in range(min(2 * MOST_EXAMPLES, len(alike[0])))]
        examples += [example for example in more if (example["first"], example["second"]) not in known][:MOST_EXAMPLES]
    return Overlap(
        first.dataset,
        second.dataset,
        shared=len(rows[0]),
        alike=None if alike is None else len(alike[0]),
        first_rows=len(first.whole),
        second_rows=len(second.whole),
        compared=_compared(first, second, shared),
        examples=examples,
        notes=_notes(one, other),
    )


@contextmanager
def opened(dataset: Dataset, columns: list[str]) -> Iterator[Iterator[pa.RecordBatch]]:
    """Some columns of a snapshot's rows, in batches: as text for CSV, typed for Parquet."""
    with ExitStack() as stack:
        path = stack.enter_context(path_of(dataset))
        if dataset.file_format == PARQUET:
            yield typed(parquet_files.batches(path, columns, size=BATCH))
        else:
            yield csv_files.text_batches(path, columns)


def typed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Parquet's batches in the few types that are looked at."""
    for batch in batches:
        columns = [parquet_files.plain(column) for column in batch.columns]
        yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _example(kind: str, found: tuple[Hashes, Rows, Rows], at: int) -> dict[str, Any]:
    # People count rows from 1, and a snapshot's first row is the one below the column names.
    return {"kind": kind, "first": int(found[1][at]) + 1, "second": int(found[2][at]) + 1}


def _compared(first: Side, second: Side, shared: frozenset[str]) -> str:
    if first.names == second.names:
        return f"Whole rows of all {len(shared):,} columns."
    only = sorted(first.names ^ second.names)
    named = ", ".join(f"“{name[:40]}”" for name in only[:3]) + (f" and {len(only) - 3} more" if len(only) > 3 else "")
    return f"The {len(shared):,} columns that both have; only one has {named}."


def _notes(one: Side, other: Side) -> list[str]:
    earlier, later = sorted((one, other), key=lambda side: ORDER.index(Dataset.SplitRole(side.dataset.split_role)))
    return leakage.time_notes(str(earlier.dataset), earlier.times, str(later.dataset), later.times)
