"""Stored files of predictions, which no snapshot describes."""

from pathlib import Path

from data import frames, storage
from data.parquet_files import MAGIC
from data.tables import CSV, PARQUET


def format_of(path: Path) -> str:
    """Whether a checked table is CSV or Parquet."""
    with path.open("rb") as file:
        return PARQUET if file.read(len(MAGIC)) == MAGIC else CSV


def table_columns(sha256: str) -> tuple[str, ...]:
    """The columns of a stored file; raises storage.Missing."""
    with storage.local_path(sha256) as path:
        return tuple(frames.column_names(path, format_of(path)))
