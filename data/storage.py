"""Content-addressed storage: every file lies under the SHA-256 of its bytes, whatever it was called outside."""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.core.files.base import File

from data import places

CHUNK = 2**20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ASIDE = "aside"


class TooLarge(Exception):
    """The file has more bytes than are allowed; the message says how many are, for people."""


class Missing(FileNotFoundError):
    """No file with this SHA-256 is stored."""


@dataclass(frozen=True)
class StoredFile:
    """What identifies a stored file."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Lying:
    """A file as it lies in the storage."""

    sha256: str
    size: int
    changed_at: datetime


@dataclass(frozen=True)
class Received:
    """A file that arrived and lies in a temporary place: kept if `keep` is called, else gone."""

    path: Path
    sha256: str
    size: int
    is_settled: bool = True

    def keep(self) -> StoredFile:
        """Move the file to its place in the storage, and say how to find it."""
        places.put(self.path, _name(self.sha256), settled=self.is_settled)
        return StoredFile(self.sha256, self.size)


def store(source: BinaryIO | Iterable[bytes], *, limit: int) -> StoredFile:
    """Stream a file into the storage; raises TooLarge, and stores nothing, beyond `limit` bytes."""
    with receive(source, limit=limit) as received:
        return received.keep()


@contextmanager
def receive(source: BinaryIO | Iterable[bytes], *, limit: int, settled: bool = True) -> Iterator[Received]:
    """Stream a file into a temporary place, hashing on the way, so that it can be examined before it is kept.

    Whatever happens inside the block, the temporary file is gone after it. Raises TooLarge beyond `limit` bytes.
    A file that is not `settled` reaches the disk a moment after it was kept.
    """
    handle, name = tempfile.mkstemp(prefix="upload-", dir=places.incoming())
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            digest = hashlib.sha256()
            size = 0
            for chunk in chunks(source):
                size += len(chunk)
                if size > limit:
                    raise TooLarge(f"The file is larger than {readable_size(limit)}. Upload a smaller file.")
                digest.update(chunk)
                target.write(chunk)
        yield Received(path, digest.hexdigest(), size, settled)
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def open_file(sha256: str) -> BinaryIO:
    """The stored file, opened for reading and moving about in; raises Missing."""
    return _found(sha256, places.open_whole)


def open_stream(sha256: str) -> BinaryIO:
    """The stored file from its beginning to its end, as it comes; raises Missing."""
    return _found(sha256, places.open_stream)


def open_part(sha256: str, first: int, length: int) -> BinaryIO:
    """Some bytes of the stored file, as they come; raises Missing."""
    return _found(sha256, lambda name: places.open_part(name, first, length))


@contextmanager
def local_path(sha256: str) -> Iterator[Path]:
    """The stored file as a path to read from, downloaded first when the storage is elsewhere; raises Missing."""
    if path := places.path_of(_name(sha256)):
        if not exists(sha256):
            raise _missing(sha256)
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="download-", dir=places.incoming()) as copy:
        with open_stream(sha256) as source:
            for chunk in chunks(source):
                copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def exists(sha256: str) -> bool:
    """Whether a file with this SHA-256 is stored."""
    name = _name(sha256)
    return places.exists(name) or _bring_back(name)


def size_of(sha256: str) -> int:
    """How many bytes a stored file has; 0 where it is lost."""
    return places.size_of(_name(sha256))


def matches(sha256: str) -> bool:
    """Whether the stored file is there and its bytes still have this SHA-256."""
    digest = hashlib.sha256()
    try:
        with closing(open_stream(sha256)) as source:
            for chunk in chunks(source):
                digest.update(chunk)
    except Missing:
        return False
    return digest.hexdigest() == sha256


def lying(start: str) -> Iterator[Lying]:
    """Every stored file whose SHA-256 begins like this."""
    for found in places.below(start):
        sha256 = found.name.rpartition("/")[2]
        if _DIGEST.fullmatch(sha256) and found.name == _name(sha256):
            yield Lying(sha256, found.size, found.changed_at)


def set_aside(sha256: str, *, unchanged_since: datetime) -> bool:
    """Take a file out of the storage for a while, unless it was just put there again; whoever asks for it gets it back.

    Looking at what points to a file and removing it cannot be one step: a file for which a record is written in between
    must not be lost.
    """
    name = _name(sha256)
    changed = places.changed_at(name)
    if changed is None or changed >= unchanged_since:
        return False
    return places.move(name, f"{_ASIDE}/{name}")


def empty_aside(*, before: datetime) -> None:
    """Remove for good what was set aside before a moment."""
    for found in list(places.below(f"{_ASIDE}/")):
        if found.changed_at < before:
            places.discard(found.name)


def readable_size(size: int) -> str:
    """A number of bytes as people read it."""
    amount = float(size)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if amount == int(amount) else f"{amount:.1f} {unit}"


def _name(sha256: str) -> str:
    # The only thing that ever becomes a path here: 64 hexadecimal digits.
    if not _DIGEST.fullmatch(sha256):
        raise Missing("This is not a SHA-256.")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _found(sha256: str, opened: Callable[[str], BinaryIO]) -> BinaryIO:
    name = _name(sha256)
    try:
        return opened(name)
    except FileNotFoundError as error:
        if not _bring_back(name):
            raise _missing(sha256) from error
    return opened(name)


def _bring_back(name: str) -> bool:
    return places.move(f"{_ASIDE}/{name}", name)


def _missing(sha256: str) -> Missing:
    return Missing(f"The file {sha256[:12]}… is no longer in the storage.")


def chunks(source: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    """A file's bytes, a piece at a time."""
    # Django's uploads iterate by lines; their `chunks` is what iterates by size.
    if isinstance(source, File):
        yield from source.chunks(CHUNK)
    elif hasattr(source, "read"):
        while chunk := source.read(CHUNK):
            yield chunk
    else:
        yield from source
