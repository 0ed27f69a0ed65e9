"""One profile from beginning to end: read what is new, look at every row once, compare with other snapshots, save."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.conf import settings

from canvas.models import Project
from data import csv_files, dialects, overlaps, parquet_files, rows, storage
from data.inference import FieldDraft, infer
from data.inspection import inspect
from data.models import Dataset, DatasetProfile, SchemaField
from data.profiling import hashes, leakage, tables
from data.roots import OutsideRoots, allowed_path
from data.services import datasets, profiles, references
from data.services.profiles import Overlap, Result
from data.tables import PARQUET, BadTable, TableFacts, check_label
from jobs.handlers import PermanentFailure, Progress

CHUNK = 4 * 2**20
# How far the bar is when each step begins.
READ, LOOK, COMPARE, KEEP = 2, 15, 85, 95


@dataclass(frozen=True)
class ReadIn:
    """What was found out about a file that a snapshot only referred to until now."""

    table: TableFacts
    drafts: list[FieldDraft]
    found: dict[str, Any]


def run(profile: DatasetProfile, progress: Progress) -> Callable[[], None]:
    """Profile a snapshot, and return what saves the result."""
    dataset = profile.dataset
    try:
        with tempfile.TemporaryDirectory(prefix="profile-", dir=_temporary_folder()) as folder, ExitStack() as stack:
            if dataset.sha256:
                read_in = None
                path = stack.enter_context(rows.path_of(dataset))
            else:
                read_in, path = stack.enter_context(_read_in(dataset, progress))
            result = _look(dataset, path, Path(folder) / "hashes", progress, read_in)
    except (BadTable, storage.Missing, storage.TooLarge, OutsideRoots, datasets.AlreadyUploaded) as reason:
        raise PermanentFailure(str(reason)) from reason
    finally:
        pa.default_memory_pool().release_unused()
    return partial(_save, profile, result, read_in)


def _save(profile: DatasetProfile, result: Result, read_in: ReadIn | None) -> None:
    if read_in is not None:
        references.settle(profile.dataset, table=read_in.table, drafts=read_in.drafts, **read_in.found)
    profiles.finish(profile, result)


def _look(dataset: Dataset, path: Path, into: Path, progress: Progress, read_in: ReadIn | None) -> Result:
    parts, types = _meanings(dataset, read_in)
    columns = list(read_in.table.columns) if read_in else _columns(path, dataset.file_format)
    file_format = read_in.table.file_format if read_in else dataset.file_format
    expected = (read_in.table.rows if read_in else dataset.rows) or 1
    label = dataset.label_column if dataset.label_column in columns else ""
    left_out = frozenset(name for name, part in parts.items() if part in ("identifier", "label")) | {label} - {""}

    def tell(seen: int) -> None:
        share = LOOK + (COMPARE - LOOK) * min(seen / expected, 1.0)
        progress.report(f"Looking at row {seen:,} of {expected:,}", int(share))

    progress.report("Looking at every row", LOOK)
    if file_format == PARQUET:
        batches = overlaps.typed(parquet_files.batches(path, columns, size=overlaps.BATCH))
    else:
        batches = csv_files.text_batches(path, columns)
    found = tables.profile(
        batches, columns, is_text=file_format != PARQUET, into=into, label=label,
        label_is_number=_is_number(dataset, label, read_in), left_out=left_out, tell=tell,
    )  # fmt: skip
    return _result(dataset, found, into, progress, parts=parts, types=types, sha256=_sha256(dataset, read_in))


def _result(
    dataset: Dataset, found: tables.Found, into: Path, progress: Progress, *, parts: dict[str, str],
    types: dict[str, str], sha256: str,
) -> Result:  # fmt: skip
    known = np.fromfile(into, "<u8")
    distinct = hashes.count_distinct(known[: found.rows])
    names = [column["name"] for column in found.columns]
    times = leakage.times(found.columns)
    facts = found.facts | {"names": names, "times": times, "distinct_rows": distinct}
    side = overlaps.Side(
        dataset, frozenset(names), frozenset(facts["left_out"]), known[: found.rows], known[found.rows :], times
    )
    compared, left = _compare(side, progress)
    facts["not_compared"] = left
    hidden = _sensitive(dataset)
    for column in found.columns:
        if column["name"] in hidden:
            # Warnings quote examples, and stand in the journal for ever.
            column["examples"] = {}
    warnings = leakage.warnings(
        found.columns, found.label, parts=parts, types=types, rows=found.rows, distinct_rows=distinct
    )
    progress.report("Keeping the result", KEEP)
    with into.open("rb") as file:
        kept = storage.store(file, limit=2**40)
    progress.log(f"{found.rows:,} rows and {len(names):,} columns; {len(warnings)} warnings.")
    return Result(sha256, found.rows, found.columns, found.label, warnings, facts, kept.sha256, compared)


def _compare(side: overlaps.Side, progress: Progress) -> tuple[list[Overlap], list[str]]:
    """What this snapshot shares with the others of the split, and those it could not be compared with."""
    if side.dataset.split_role not in overlaps.ORDER:
        return [], []
    found, left = [], []
    others = overlaps.others_of(side.dataset)
    for place, other in enumerate(others):
        share = COMPARE + (KEEP - COMPARE) * place / len(others)
        progress.report(f"Comparing with {other.dataset}"[:120], int(share))
        try:
            theirs = overlaps.side_of(other)
        except storage.Missing:
            left.append(str(other.dataset))
            continue
        reads = len(side.again) < overlaps.MOST_READ_AGAIN

        def tell(seen: int, percent: int = int(share), name: str = str(other.dataset)) -> None:
            progress.report(f"Reading {name} again, row {seen:,}"[:120], percent)

        overlap = overlaps.compare(side, theirs, tell=tell, may_read=reads)
        if overlap is None:
            left.append(str(other.dataset))
        else:
            found.append(overlap)
    return found, left


@contextmanager
def _read_in(dataset: Dataset, progress: Progress) -> Iterator[tuple[ReadIn, Path]]:
    """Read a file that was only referred to: hash it, check it, and copy it where that was asked for."""
    source = allowed_path(dataset.uri)
    if source.stat().st_size > settings.DATASET_MAX_BYTES:
        raise storage.TooLarge(f"The file is larger than {storage.readable_size(settings.DATASET_MAX_BYTES)}.")
    if not dataset.declared.get("store_copy"):
        size, sha256 = _hashed(source, progress)
        _check_new(dataset, sha256)
        progress.report("Checking the file", READ + 5)
        try:
            table = inspect(source, name=source.name)
        except (csv_files.NotUtf8, csv_files.OtherSeparator) as reason:
            raise BadTable(
                f"{reason} Or record it again with “Store a copy”, which is read right as it is."
            ) from reason
        found = {"sha256": sha256, "size": size, "file_name": source.name}
        yield _described(dataset, source, table, found), source
        return
    with storage.receive(_blocks(source, progress), limit=settings.DATASET_MAX_BYTES) as received:
        _check_new(dataset, received.sha256)
        progress.report("Checking the file", READ + 5)
        with dialects.readable(received.path, name=source.name) as (path, table, written_as):
            found = {
                "sha256": received.sha256,
                "size": received.size,
                "file_name": source.name,
                "holding": Dataset.Holding.STORED,
                "written_as": written_as,
                "read_sha256": datasets.keep_readable(path) if written_as else "",
            }
            yield _described(dataset, path, table, found), path
        received.keep()


def _described(dataset: Dataset, path: Path, table: TableFacts, found: dict[str, Any]) -> ReadIn:
    check_label(dataset.label_column, table.columns)
    return ReadIn(table, infer(path, table, label=dataset.label_column), found)


def _check_new(dataset: Dataset, sha256: str) -> None:
    algorithm, _, value = dataset.declared_digest.partition(":")
    if algorithm == "sha256" and value != sha256:
        raise BadTable(
            f"The file has the SHA-256 {sha256[:12]}…, and it was recorded as {value[:12]}…: these are other rows. "
            "Record the file again with its own digest."
        )
    copies = Dataset.objects.filter(project=dataset.project_id, name=dataset.name, sha256=sha256)
    if copy := copies.exclude(pk=dataset.pk).select_related("uploaded_by").first():
        raise datasets.AlreadyUploaded(copy)


def _hashed(path: Path, progress: Progress) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for block in _blocks(path, progress):
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def _blocks(path: Path, progress: Progress) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            progress.report("Reading the file", READ)
            yield block


def _columns(path: Path, file_format: str) -> list[str]:
    if file_format == PARQUET:
        with parquet_files.open_parquet(path) as file:
            return list(file.schema_arrow.names)
    return csv_files.read_header(path)


def _meanings(dataset: Dataset, read_in: ReadIn | None) -> tuple[dict[str, str], dict[str, str]]:
    """Which part each column plays and which type it has, by the schema or by what was read off the file."""
    if read_in is not None:
        return {draft.key: draft.part for draft in read_in.drafts}, {}
    if dataset.schema is None:
        return {}, {}
    fields = list(dataset.schema.fields.values_list("key", "part", "data_type"))
    return {key: part for key, part, _ in fields}, {key: kind for key, _, kind in fields}


def _sensitive(dataset: Dataset) -> set[str]:
    """The columns whose values the schema asks to keep to oneself."""
    return set(SchemaField.objects.filter(schema=dataset.schema_id, is_sensitive=True).values_list("key", flat=True))


def _is_number(dataset: Dataset, label: str, read_in: ReadIn | None) -> bool:
    """Whether the label is a number to predict rather than a class."""
    task = dataset.project.task
    if task:
        return task not in (Project.Task.BINARY, Project.Task.MULTICLASS)
    if read_in is not None:
        order = next((draft.order for draft in read_in.drafts if draft.key == label), "")
    else:
        field = SchemaField.objects.filter(schema=dataset.schema_id, key=label).first()
        order = field.order if field else ""
    return order in ("interval", "ratio")


def _sha256(dataset: Dataset, read_in: ReadIn | None) -> str:
    return str(read_in.found["sha256"]) if read_in else dataset.sha256


def _temporary_folder() -> str:
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(folder)
