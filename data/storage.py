"""Content-addressed storage: every file lies under the SHA-256 of its bytes, whatever it was called outside."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from data import settling

CHUNK = 2**20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_INCOMING = "incoming"


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
class Received:
    """A file that arrived and lies in a temporary place: kept if `keep` is called, else gone."""

    path: Path
    sha256: str
    size: int
    is_settled: bool = True

    def keep(self) -> StoredFile:
        """Move the file to its place in the storage, and say how to find it."""
        put(self.path, _name(self.sha256), settled=self.is_settled)
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
    handle, name = tempfile.mkstemp(prefix="upload-", dir=_incoming())
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
    """The stored file, opened for reading; raises Missing."""
    try:
        return cast(BinaryIO, _storage().open(_name(sha256), "rb"))
    except FileNotFoundError as error:
        raise Missing(f"The file {sha256[:12]}… is no longer in the storage.") from error


def open_part(sha256: str, first: int, length: int) -> BinaryIO:
    """Some bytes of the stored file, opened for reading; raises Missing."""
    file = open_file(sha256)
    file.seek(first)
    return cast(BinaryIO, _Part(file, length))


@contextmanager
def local_path(sha256: str) -> Iterator[Path]:
    """The stored file as a path to read from, downloaded first when the storage is elsewhere; raises Missing."""
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        path = Path(storage.path(_name(sha256)))
        if not path.is_file():
            raise Missing(f"The file {sha256[:12]}… is no longer in the storage.")
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="download-", dir=_incoming()) as copy:
        with open_file(sha256) as source:
            for chunk in chunks(source):
                copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def exists(sha256: str) -> bool:
    """Whether a file with this SHA-256 is stored."""
    return _storage().exists(_name(sha256))


def matches(sha256: str) -> bool:
    """Whether the stored file is there and its bytes still have this SHA-256."""
    digest = hashlib.sha256()
    try:
        with open_file(sha256) as source:
            for chunk in chunks(source):
                digest.update(chunk)
    except Missing:
        return False
    return digest.hexdigest() == sha256


def readable_size(size: int) -> str:
    """A number of bytes as people read it."""
    amount = float(size)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if amount == int(amount) else f"{amount:.1f} {unit}"


class _Part:
    """A file that ends early. It shows its file number, so that the kernel can send it without us."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._left = length
        self.fileno = file.fileno
        self.close = file.close

    def read(self, size: int = -1) -> bytes:
        """The next bytes before the end."""
        chunk = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(chunk)
        return chunk


def put(path: Path, name: str, *, settled: bool = True) -> None:
    """Move a file of ours into the storage under a name of ours, by default not without its reaching the disk."""
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        target = Path(storage.path(name))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Replacing equal bytes is harmless, and mends a copy that was damaged on the disk.
        path.replace(target)
        if settled:
            # A record is written right after the file: the file must survive a power cut that the record survives.
            settling.now(target)
        else:
            settling.soon(target)
    elif not storage.exists(name):
        with path.open("rb") as source:
            saved = storage.save(name, File(source))
        # Two equal uploads at once: the later one was given another name, and is not needed.
        if saved != name:
            storage.delete(saved)


def names_in(folder: str) -> list[str]:
    """The names of the files in a folder of ours; none where there is no such folder."""
    try:
        _, names = _storage().listdir(folder)
    except FileNotFoundError:
        return []
    return names


def folders_in(folder: str) -> list[str]:
    """The names of the folders in a folder of ours; none where there is no such folder."""
    try:
        names, _ = _storage().listdir(folder)
    except FileNotFoundError:
        return []
    return names


def discard(name: str) -> None:
    """Remove a file of ours by its name, if it is there."""
    _storage().delete(name)


def open_name(name: str) -> BinaryIO:
    """A file of ours by its name, opened for reading."""
    return cast(BinaryIO, _storage().open(name, "rb"))


def _storage() -> Storage:
    return storages["content"]


def _name(sha256: str) -> str:
    # The only thing that ever becomes a path here: 64 hexadecimal digits.
    if not _DIGEST.fullmatch(sha256):
        raise Missing("This is not a SHA-256.")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _incoming() -> Path:
    # Beside the content where that is a folder of ours, because only a move within one file system is atomic.
    storage = _storage()
    root = Path(storage.path(_INCOMING)) if isinstance(storage, FileSystemStorage) else _temporary_folder()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


def _temporary_folder() -> Path:
    return Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())


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
