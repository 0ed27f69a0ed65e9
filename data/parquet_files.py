"""Reading Parquet: the footer is judged before a value is unpacked, and unpacking happens in a bounded child process.

A Parquet file of a few kilobytes may unpack to any size, and what its footer promises may be a lie. So the first full
read of a stranger's file takes place in a process of its own, which may be killed without harm. This module is also
that process: `python -m data.parquet_files FILE BYTES`.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import parquet

from data.tables import MAX_UNPACKED_BYTES, PARQUET, BadTable, TableFacts, check_columns, check_rows

MAGIC = b"PAR1"
CHILD_MEMORY = 2 * 2**30
CHILD_SECONDS = 300
BATCH = 16_384
_FOOTER_LIMIT = 64 * 2**20
_HOME = Path(__file__).resolve().parent.parent


def inspect_parquet(path: Path, *, memory: int = CHILD_MEMORY) -> TableFacts:
    """The facts of a Parquet file, having read all of it in a child process with so much memory; raises BadTable."""
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "data.parquet_files", str(path), str(memory)],
            cwd=_HOME,
            env={"ARROW_DEFAULT_MEMORY_POOL": "system", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=2 * CHILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadTable(_too_much()) from error
    # The child says why it refuses a file; one that said nothing was stopped by its limits.
    if answer.returncode != 0 or not answer.stdout:
        raise BadTable(_too_much())
    facts = json.loads(answer.stdout)
    if "refused" in facts:
        raise BadTable(facts["refused"])
    return TableFacts(PARQUET, tuple(facts["columns"]), facts["rows"])


def open_parquet(path: Path) -> parquet.ParquetFile:
    """A Parquet file whose footer was found harmless; raises BadTable."""
    _check_ends(path)
    try:
        # Without these, arrow keeps whole row groups in memory ahead of the reader.
        file = parquet.ParquetFile(path, pre_buffer=False, buffer_size=2**20)
        _check_footer(file)
    except (pa.ArrowException, OSError) as error:
        raise BadTable(_unreadable(error)) from error
    return file


def batches(path: Path, columns: Sequence[str], *, size: int = BATCH) -> Iterator[pa.RecordBatch]:
    """The named columns of a checked file, some rows at a time."""
    with open_parquet(path) as file:
        yield from file.iter_batches(batch_size=size, columns=list(columns), use_threads=False)


def plain(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """The same values in the few types that arrow's functions all know."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_decimal(kind) or pa.types.is_float16(kind):
        return values.cast(pa.float64())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return values.cast(pa.string())
    if pa.types.is_uint64(kind) and (most := pc.max(values).as_py()) is not None and most >= 2**63:
        # Such numbers are identifiers; as numbers they would lose their last digits.
        return values.cast(pa.string())
    return values.cast(kind)


def _check_ends(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0, os.SEEK_END)
        size = file.tell()
        file.seek(max(size - 8, 0))
        length, end = file.read(4), file.read(4)
    if start != MAGIC or end != MAGIC:
        raise BadTable("This is not a complete Parquet file. Write it again, and upload the complete file.")
    if int.from_bytes(length, "little") > min(size, _FOOTER_LIMIT):
        raise BadTable("The footer of the Parquet file is larger than it can be. Write the file again.")


def _check_footer(file: parquet.ParquetFile) -> None:
    # What pandas wrote about itself, and extension types, are ignored: only plain columns count.
    check_columns(file.schema_arrow.names)
    for field in file.schema_arrow:
        _check_type(field)
    footer = file.metadata
    check_rows(footer.num_rows)
    promised = sum(footer.row_group(group).total_byte_size for group in range(footer.num_row_groups))
    if promised > MAX_UNPACKED_BYTES:
        raise BadTable(_too_much())


def _check_type(field: pa.Field) -> None:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if pa.types.is_nested(kind):
        raise BadTable(
            f"The column “{field.name}” is nested ({kind}). Write its parts as columns of their own, and upload again."
        )
    if not _is_plain(kind):
        raise BadTable(
            f"The column “{field.name}” holds {kind} values. "
            "Numbers, text, yes/no, dates and times are accepted: convert the column or leave it out."
        )


def _is_plain(kind: pa.DataType) -> bool:
    tests = (
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_date,
        pa.types.is_timestamp,
        pa.types.is_time,
        pa.types.is_null,
    )
    return any(test(kind) for test in tests)


def _read_all(path: Path) -> TableFacts:
    """Unpack every value once, counting: the footer may promise anything."""
    with open_parquet(path) as file:
        columns = tuple(file.schema_arrow.names)
        rows = unpacked = 0
        try:
            for batch in file.iter_batches(batch_size=BATCH, use_threads=False):
                rows += batch.num_rows
                unpacked += batch.nbytes
                if unpacked > MAX_UNPACKED_BYTES:
                    raise BadTable(_too_much())
        except MemoryError as error:
            raise BadTable(_too_much()) from error
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise BadTable(_unreadable(error)) from error
        if rows != file.metadata.num_rows:
            raise BadTable("The Parquet file has fewer rows than its footer says. Write the file again.")
    return TableFacts(PARQUET, columns, rows)


def _too_much() -> str:
    return (
        f"The Parquet file unpacks to more than is accepted (at most {MAX_UNPACKED_BYTES // 2**30} GiB in all). "
        "Upload fewer rows or columns, or split the file."
    )


def _unreadable(error: Exception) -> str:
    reason = (str(error).splitlines() or ["no reason given"])[0].rstrip(".")[:200]
    return f"The Parquet file cannot be read: {reason}. Write it again, and upload it again."


def main(path: str, memory: int) -> None:
    """Inspect one file under tight limits, and print the facts or the reason of a refusal as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CHILD_SECONDS, CHILD_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        facts = _read_all(Path(path))
        answer = {"columns": facts.columns, "rows": facts.rows}
    except BadTable as refusal:
        answer = {"refused": str(refusal)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
