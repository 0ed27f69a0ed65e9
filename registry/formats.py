"""What a model file is, told from its content: no suffix is trusted and nothing is ever loaded."""

import bz2
import io
import lzma
import pickletools
import struct
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

_PREFIX = 64 * 1024
_JOBLIB_MARK = b"joblib.numpy_pickle"
_JOBLIB_SCAN = 16 * 1024 * 1024
_MAX_DIRECTORY = 8 * 1024 * 1024
_MAX_ENTRIES = 10_000


class FormatKind(StrEnum):
    """Whether a file of this format can carry code that runs when it is loaded."""

    DATA_ONLY = "data_only"
    CODE_CARRYING = "code_carrying"
    UNKNOWN = "unknown"


class ArtifactFormat(StrEnum):
    """The formats Tenet tells apart."""

    SKOPS = "skops"
    ONNX = "onnx"
    PICKLE = "pickle"
    JOBLIB = "joblib"
    TORCH = "torch"
    UNKNOWN = "unknown"

    @property
    def kind(self) -> FormatKind:
        """Say whether loading such a file can run code."""
        return _KINDS[self]

    @property
    def label(self) -> str:
        """Name the format for people."""
        return _LABELS[self]

    @property
    def is_runnable(self) -> bool:
        """Claim that the sandbox knows how to ask such a model for predictions."""
        return self not in {ArtifactFormat.TORCH, ArtifactFormat.UNKNOWN}


_KINDS = {
    ArtifactFormat.SKOPS: FormatKind.DATA_ONLY,
    ArtifactFormat.ONNX: FormatKind.DATA_ONLY,
    ArtifactFormat.PICKLE: FormatKind.CODE_CARRYING,
    ArtifactFormat.JOBLIB: FormatKind.CODE_CARRYING,
    ArtifactFormat.TORCH: FormatKind.CODE_CARRYING,
    ArtifactFormat.UNKNOWN: FormatKind.UNKNOWN,
}
_LABELS = {
    ArtifactFormat.SKOPS: "skops",
    ArtifactFormat.ONNX: "ONNX",
    ArtifactFormat.PICKLE: "pickle",
    ArtifactFormat.JOBLIB: "joblib",
    ArtifactFormat.TORCH: "PyTorch",
    ArtifactFormat.UNKNOWN: "unknown format",
}
# A suffix is a promise about loading: only these contents may keep it.
_PROMISES = {
    ".skops": {ArtifactFormat.SKOPS},
    ".onnx": {ArtifactFormat.ONNX},
    ".pkl": {ArtifactFormat.PICKLE, ArtifactFormat.JOBLIB},
    ".pickle": {ArtifactFormat.PICKLE, ArtifactFormat.JOBLIB},
    ".joblib": {ArtifactFormat.PICKLE, ArtifactFormat.JOBLIB},
}


class FormatMismatch(Exception):
    """The file is not what its name says; the message tells people what it is and what to do."""


def detect(path: Path) -> ArtifactFormat:
    """Return the format that the file's content shows, or UNKNOWN for anything else, cut-off files included."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_PREFIX)
        if head.startswith(b"PK\x03\x04"):
            return _zip_format(stream, size)
        if _reads_as_pickle(head, whole=size <= _PREFIX):
            return ArtifactFormat.JOBLIB if _mentions_joblib(stream) else ArtifactFormat.PICKLE
        if _reads_as_pickle(_decompressed(head), whole=False):
            return ArtifactFormat.JOBLIB
        if _is_onnx(stream, size):
            return ArtifactFormat.ONNX
    return ArtifactFormat.UNKNOWN


def ensure_matches(path: Path, filename: str) -> ArtifactFormat:
    """Return the file's format, or raise FormatMismatch when its name promises another one."""
    suffix = Path(filename).suffix.lower()
    found = detect(path)
    if found in _PROMISES.get(suffix, {found}):
        return found
    if found is ArtifactFormat.UNKNOWN:
        raise FormatMismatch(
            f"{filename} cannot be read as {suffix} file: it may be cut off or damaged. "
            "Save the model again and upload the new file."
        )
    if found.kind is FormatKind.CODE_CARRYING and suffix in {".skops", ".onnx"}:
        raise FormatMismatch(
            f"{filename} is named {suffix} but its content is a {found.label} file, which can run code when it is "
            f"loaded. Save the model as {suffix[1:]}, or upload it under its true name."
        )
    raise FormatMismatch(
        f"{filename} is named {suffix} but its content is {found.label}. Upload it under its true name."
    )


def _zip_format(stream: BinaryIO, size: int) -> ArtifactFormat:
    """Tell skops from PyTorch by the names in the zip's directory."""
    if not directory_is_small(stream, size):
        return ArtifactFormat.UNKNOWN
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError):
        return ArtifactFormat.UNKNOWN
    if "schema.json" in names:
        return ArtifactFormat.SKOPS
    if any(name.endswith("/data.pkl") for name in names):
        return ArtifactFormat.TORCH
    return ArtifactFormat.UNKNOWN


def directory_is_small(stream: BinaryIO, size: int) -> bool:
    """Claim that the zip's directory can be read without filling memory; zip64, for huge files only, is refused."""
    start = max(0, size - 65_557)
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22 or tail[max(0, at - 20) :].startswith(b"PK\x06\x07"):
        return False
    entries, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    return entries <= _MAX_ENTRIES and directory <= _MAX_DIRECTORY


def _reads_as_pickle(head: bytes, *, whole: bool) -> bool:
    """Claim that the bytes are pickle opcodes; reading opcodes runs nothing."""
    has_header = len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5
    count = 0
    try:
        for opcode, _, _ in pickletools.genops(io.BytesIO(head)):
            count += 1
            if opcode.name == "STOP":
                return has_header or count > 2
    except Exception:  # genops meets arbitrary bytes and fails in many ways; each means "no further"
        return has_header or (not whole and count > 50)
    return has_header


def _mentions_joblib(stream: BinaryIO) -> bool:
    """Claim that the pickle stores its arrays joblib's way."""
    stream.seek(0)
    return _JOBLIB_MARK in stream.read(_JOBLIB_SCAN)


def _decompressed(head: bytes) -> bytes:
    """Return the first bytes behind a compression header, or nothing."""
    try:
        if head[:2] == b"\x1f\x8b":
            return zlib.decompressobj(wbits=31).decompress(head, _PREFIX)
        if head[:1] == b"\x78" and int.from_bytes(head[:2]) % 31 == 0:
            return zlib.decompressobj().decompress(head, _PREFIX)
        if head[:3] == b"BZh":
            return bz2.BZ2Decompressor().decompress(head, _PREFIX)
        if head[:6] == b"\xfd7zXZ\x00" or head[:3] == b"\x5d\x00\x00":
            # A memory limit, because the header chooses how much the decoder allocates.
            return lzma.LZMADecompressor(memlimit=128 * 1024 * 1024).decompress(head, _PREFIX)
    except (zlib.error, OSError, EOFError, lzma.LZMAError):
        return b""
    return b""


def _is_onnx(stream: BinaryIO, size: int) -> bool:
    """Claim that the file is a whole protobuf message with ONNX's own fields: a version, a graph, operator sets."""
    seen: set[int] = set()
    for field, wire in _top_fields(stream, size):
        if _ONNX_FIELDS.get(field) != wire:
            return False
        seen.add(field)
    return {1, 7, 8} <= seen


# ModelProto's field numbers and wire types: versions, names and texts, 7 the graph, 8 the operator sets.
_ONNX_FIELDS = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}


def _top_fields(stream: BinaryIO, size: int) -> Iterator[tuple[int, int]]:
    """Yield field number and wire type of each top-level field; (0, 0) once anything does not add up."""
    stream.seek(0)
    for _ in range(100_000):
        if stream.tell() == size:
            return
        tag = _varint(stream)
        value = _varint(stream)
        if tag is None or value is None or tag & 7 not in {0, 2}:
            break
        if tag & 7 == 2:
            stream.seek(value, io.SEEK_CUR)
        if stream.tell() > size:
            break
        yield tag >> 3, tag & 7
    yield 0, 0


def _varint(stream: BinaryIO) -> int | None:
    """Read one protobuf number, or None."""
    value = 0
    for shift in range(0, 70, 7):
        byte = stream.read(1)
        if not byte:
            return None
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    return None
