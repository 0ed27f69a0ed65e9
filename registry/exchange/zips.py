"""Zips that are written byte for byte alike, and read without trusting a number in them."""

import hashlib
import json
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Self  # Any: JSON of many shapes

from registry.exchange.layout import (
    CHUNK,
    ENTRY,
    FORMAT,
    MANIFEST,
    MOST_DIRECTORY,
    MOST_ENTRIES,
    MOST_JSON,
    SHA256,
    VERSION,
    InvalidArchive,
)

_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16
_END, _END_SIZE = b"PK\x05\x06", 22
_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
_END64, _END64_SIZE = b"PK\x06\x06", 56
_DAMAGED = "The file is damaged or cut off. Export the model again, and upload that file."

Advance = Callable[[int], None]


class WrongBytes(Exception):
    """A file has other bytes than its record says; carries its SHA-256."""


def as_bytes(value: Any) -> bytes:
    """A JSON value as text that is the same wherever it is written."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


# ---------- writing ----------


def write(
    target: BinaryIO,
    *,
    documents: Mapping[str, Any],
    files: Mapping[str, int],
    open_file: Callable[[str], BinaryIO],
    advance: Advance,
) -> dict[str, Any]:
    """Write JSON documents by entry and files by SHA-256 and size, and return the manifest; raises WrongBytes."""
    texts = {name: as_bytes(document) for name, document in documents.items()}
    entries = {name: {"sha256": hashlib.sha256(text).hexdigest(), "size": len(text)} for name, text in texts.items()}
    entries |= {f"files/{sha256}": {"sha256": sha256, "size": size} for sha256, size in files.items()}
    manifest = {"format": FORMAT, "version": VERSION, "entries": entries}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        _add(archive, MANIFEST, [as_bytes(manifest)])
        for name in sorted(texts):
            _add(archive, name, [texts[name]])
        for sha256 in sorted(files):
            with open_file(sha256) as source:
                _add(archive, f"files/{sha256}", _checked(source, sha256, files[sha256], advance), size=files[sha256])
    return manifest


def _add(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes], *, size: int = 0) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system, entry.external_attr, entry.compress_type = _UNIX, _PLAIN_FILE, zipfile.ZIP_STORED
    entry.file_size = size
    with archive.open(entry, "w") as target:
        for part in parts:
            target.write(part)


def _checked(source: BinaryIO, sha256: str, size: int, advance: Advance) -> Iterator[bytes]:
    digest, seen = hashlib.sha256(), 0
    while part := source.read(CHUNK):
        digest.update(part)
        seen += len(part)
        advance(len(part))
        yield part
    if (digest.hexdigest(), seen) != (sha256, size):
        raise WrongBytes(sha256)


# ---------- reading ----------


class Archive:
    """An archive whose directory and manifest agree; every entry is compared with its digest when it is read."""

    def __init__(self, archive: zipfile.ZipFile, entries: Mapping[str, Mapping[str, Any]]) -> None:
        self._archive = archive
        self.entries = entries

    @classmethod
    def of(cls, archive: zipfile.ZipFile, size: int) -> Self:
        """Look at the directory and the manifest; raises InvalidArchive."""
        names = _plain_names(archive, size)
        manifest = _parsed(MANIFEST, _whole(archive, MANIFEST))
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise InvalidArchive("This zip is no exported model: its manifest does not say so.")
        if manifest.get("version") != VERSION:
            raise InvalidArchive(
                f"This model was exported in format version {str(manifest.get('version'))[:20]}; version {VERSION} is read "
                "here. Export it again from an installation of the same age, or update this one."
            )
        entries = manifest.get("entries")
        if not isinstance(entries, dict) or set(entries) != set(names) - {MANIFEST}:
            raise InvalidArchive("The manifest does not name exactly the files in the archive. Export the model again.")
        for name, told in entries.items():
            _ensure_told(name, told, names[name])
        return cls(archive, entries)

    def document(self, name: str) -> Any:  # Any: JSON, for the caller to check
        """The JSON in an entry; raises InvalidArchive where it is missing or is not what the manifest says."""
        if name not in self.entries:
            raise InvalidArchive(f"The archive has no {name}. Export the model again.")
        content = _whole(self._archive, name)
        if hashlib.sha256(content).hexdigest() != self.entries[name]["sha256"]:
            raise _altered(name)
        return _parsed(name, content)

    def parts(self, name: str) -> Iterator[bytes]:
        """The bytes of an entry, in parts; raises InvalidArchive at the end when they are not what the manifest says."""
        digest = hashlib.sha256()
        try:
            with self._archive.open(name) as source:
                while part := source.read(CHUNK):
                    digest.update(part)
                    yield part
        except (zipfile.BadZipFile, EOFError, OSError, ValueError) as reason:
            raise InvalidArchive(_DAMAGED) from reason
        if digest.hexdigest() != self.entries[name]["sha256"]:
            raise _altered(name)

    def verify(self, advance: Advance) -> None:
        """Read every entry and compare its digest; raises InvalidArchive."""
        for name in self.entries:
            for part in self.parts(name):
                advance(len(part))


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """An archive in a file, once its directory is known to be harmless; raises InvalidArchive."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        _ensure_small_directory(stream, size)
        try:
            with zipfile.ZipFile(stream) as archive:
                yield Archive.of(archive, size)
        except (zipfile.BadZipFile, struct.error, NotImplementedError, EOFError, UnicodeDecodeError) as reason:
            raise InvalidArchive(_DAMAGED) from reason


def _ensure_small_directory(stream: BinaryIO, size: int) -> None:
    """Refuse a directory that would fill memory, before the library reads it."""
    stream.seek(max(0, size - _END_SIZE - _LOCATOR_SIZE))
    tail = stream.read()
    end = tail[-_END_SIZE:]
    if size < _END_SIZE or end[:4] != _END or end[-2:] != b"\0\0":
        raise InvalidArchive(
            "This is no zip as Tenet writes it, or it is cut off. Upload the file as it was downloaded."
        )
    entries, directory = struct.unpack("<HI", end[10:16])
    locator = tail[:-_END_SIZE]
    if locator[:4] == _LOCATOR:
        (at,) = struct.unpack("<Q", locator[8:16])
        if at + _END64_SIZE > size:
            raise InvalidArchive(_DAMAGED)
        stream.seek(at)
        record = stream.read(_END64_SIZE)
        if record[:4] != _END64:
            raise InvalidArchive(_DAMAGED)
        entries, directory = struct.unpack("<QQ", record[32:48])
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise InvalidArchive(f"The archive has more than {MOST_ENTRIES:,} entries, which no model needs.")


def _plain_names(archive: zipfile.ZipFile, size: int) -> dict[str, int]:
    """The names in the directory with their sizes, all of them names that Tenet gives, none of them packed."""
    listed = archive.infolist()
    names = {entry.filename: entry.file_size for entry in listed}
    if len(names) != len(listed):
        raise InvalidArchive("The archive names a file twice. Export the model again.")
    for entry in listed:
        if not ENTRY.fullmatch(entry.filename):
            shown = "".join(letter for letter in entry.filename[:80] if letter.isprintable())
            raise InvalidArchive(f"The archive holds “{shown}”, which is no part of an exported model.")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size or entry.flag_bits & 0x1:
            raise InvalidArchive("The archive holds packed or encrypted files; Tenet writes neither. Export it again.")
    if sum(names.values()) > size:
        raise InvalidArchive("The archive claims to hold more bytes than it has. Export the model again.")
    if MANIFEST not in names:
        raise InvalidArchive("This zip is no exported model: it has no manifest.")
    return names


def _ensure_told(name: str, told: object, size: int) -> None:
    sha256 = told.get("sha256") if isinstance(told, dict) else None
    if not isinstance(told, dict) or set(told) != {"sha256", "size"} or not SHA256.fullmatch(str(sha256)):
        raise InvalidArchive(f"The manifest says nothing usable about {name}. Export the model again.")
    if type(told["size"]) is not int or told["size"] != size:
        raise InvalidArchive(f"The manifest gives another size for {name} than the archive. Export the model again.")
    if name.startswith("files/") and name != f"files/{sha256}":
        raise InvalidArchive(f"The manifest gives another SHA-256 for {name}. Export the model again.")


def _whole(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MOST_JSON:
        raise InvalidArchive(f"{name} is larger than {MOST_JSON:,} bytes, which no records need.")
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as reason:
        raise InvalidArchive(_DAMAGED) from reason


def _parsed(name: str, content: bytes) -> Any:  # Any: JSON of unknown shape
    try:
        return json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as reason:
        raise InvalidArchive(f"{name} is not the JSON that Tenet writes. Export the model again.") from reason


def _refuse(name: str) -> None:
    raise ValueError(name)


def _altered(name: str) -> InvalidArchive:
    return InvalidArchive(
        f"The bytes of {name} are not those that the manifest names by their SHA-256: somebody changed the archive, or it "
        "was damaged on its way. Nothing was taken over."
    )
