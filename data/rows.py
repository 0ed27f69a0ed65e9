"""The one door to a snapshot's rows, wherever they lie."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data import storage
from data.models import Dataset
from data.roots import OutsideRoots, allowed_path
from data.tables import BadTable


class RowsNotHere(storage.Missing, BadTable):
    """The rows of a snapshot cannot be read from here; the message says why, for people."""


def why_not_here(dataset: Dataset) -> str:
    """Why the rows cannot be read, in a sentence; empty when they can."""
    if dataset.is_declared:
        return (
            f"{dataset} is declared only: its rows lie at {dataset.uri[:200] or 'a place nobody named'} and were never "
            "read here, so nothing can be measured on them. Upload them as a snapshot first."
        )
    if not dataset.sha256:
        return f"{dataset} was not read yet. Wait until its profile is finished, or look at why that failed."
    return ""


@contextmanager
def path_of(dataset: Dataset, *, verify: bool = True) -> Iterator[Path]:
    """The rows as a file to read, as CSV in UTF-8 with commas or as Parquet; raises RowsNotHere or storage.Missing.

    A file that is read where it lies is held against its SHA-256 first, unless `verify` is False.
    """
    if reason := why_not_here(dataset):
        raise RowsNotHere(reason)
    if dataset.holding == Dataset.Holding.STORED:
        with storage.local_path(dataset.read_sha256 or dataset.sha256) as path:
            yield path
        return
    try:
        path = allowed_path(dataset.uri)
    except OutsideRoots as error:
        raise RowsNotHere(f"The rows of {dataset} can no longer be read where they lay. {error}") from error
    if path.stat().st_size != dataset.size or (verify and digest_of(path) != dataset.sha256):
        raise RowsNotHere(
            f"The file {dataset.uri} is no longer the one that {dataset} froze as {dataset.sha256[:12]}…: "
            "somebody changed it where it lies. Put it back, or record the changed file as another snapshot."
        )
    yield path


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
