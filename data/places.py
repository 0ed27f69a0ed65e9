"""Where names of ours lie: in a folder of ours, or in a bucket of S3's kind. Only `storage` and `parts` look here."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages

from data import settling

_INCOMING = "incoming"


@dataclass(frozen=True)
class Found:
    """One file that lies in the storage."""

    name: str
    size: int
    changed_at: datetime


def place() -> Storage:
    """The folder or bucket."""
    return storages["content"]


def path_of(name: str) -> Path | None:
    """The file's path where it lies in a folder of ours; None in a bucket."""
    where = place()
    return Path(where.path(name)) if isinstance(where, FileSystemStorage) else None


def incoming() -> Path:
    """A folder for files that arrive: beside the content where that is a folder, since only such a move is atomic."""
    folder = path_of(_INCOMING) or Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def put(path: Path, name: str, *, settled: bool = True) -> None:
    """Move a file to a name of ours, by default not without its reaching the disk."""
    target = path_of(name)
    if target is None:
        # Sent again even if it is there: that mends a damaged copy, and shows whoever tidies up that it is new.
        with path.open("rb") as source:
            _bucket().upload_fileobj(source, _key(name), Config=_few_threads())
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Replacing equal bytes is harmless, and mends a copy that was damaged on the disk.
    path.replace(target)
    if settled:
        # A record is written right after the file: the file must survive a power cut that the record survives.
        settling.now(target)
    else:
        settling.soon(target)


def open_whole(name: str) -> BinaryIO:
    """A file to read and to move about in; raises FileNotFoundError."""
    return cast(BinaryIO, place().open(name, "rb"))


def open_part(name: str, first: int, length: int) -> BinaryIO:
    """Some bytes of a file, as they come; raises FileNotFoundError."""
    if path_of(name) is None:
        span = f"bytes={first}-{first + length - 1}"
        return _stream(name, Range=span) if length else cast(BinaryIO, open(os.devnull, "rb"))
    file = open_whole(name)
    file.seek(first)
    return cast(BinaryIO, _Part(file, length))


def open_stream(name: str) -> BinaryIO:
    """A file from its beginning to its end, as it comes; raises FileNotFoundError."""
    return open_whole(name) if path_of(name) else _stream(name)


def exists(name: str) -> bool:
    """Whether there is such a file."""
    return place().exists(name)


def size_of(name: str) -> int:
    """How many bytes a file has; 0 where there is none."""
    try:
        return place().size(name)
    except FileNotFoundError:
        return 0


def move(name: str, to: str) -> bool:
    """Give a file another name, and say whether there was such a file."""
    path, target = path_of(name), path_of(to)
    if path is None or target is None:
        if not exists(name):
            return False
        _bucket().copy({"Bucket": _bucket().name, "Key": _key(name)}, _key(to))
        discard(name)
        return True
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # When it came to its new name is what counts there.
        os.utime(path)
        path.replace(target)
    except FileNotFoundError:
        return False
    return True


def changed_at(name: str) -> datetime | None:
    """When a file was put there; None where there is none."""
    try:
        found = place().get_modified_time(name)
    except FileNotFoundError:
        return None
    except Exception as error:  # a bucket's own words for “not found”
        if _is_missing(error):
            return None
        raise
    return found


def below(folder: str) -> Iterator[Found]:
    """Every file whose name begins with this, a folder's name or the beginning of one."""
    root = path_of("x")
    if root is None:
        start = _key("")
        for item in _bucket().objects.filter(Prefix=start + folder):
            yield Found(item.key.removeprefix(start), item.size, item.last_modified)
        return
    base = root.parent
    for top in sorted(base.glob(f"{folder}*")):
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            with suppress(FileNotFoundError):
                if path.is_file():
                    facts = path.stat()
                    changed = datetime.fromtimestamp(facts.st_mtime, UTC)
                    yield Found(str(path.relative_to(base)), facts.st_size, changed)


def names_in(folder: str) -> list[str]:
    """The names of the files in a folder; none where there is no such folder."""
    try:
        return place().listdir(folder)[1]
    except FileNotFoundError:
        return []


def folders_in(folder: str) -> list[str]:
    """The names of the folders in a folder; none where there is no such folder."""
    try:
        return place().listdir(folder)[0]
    except FileNotFoundError:
        return []


def discard(name: str) -> None:
    """Remove a file, or an empty folder, if it is there."""
    # A folder that is no longer empty is swept up another time.
    with suppress(OSError):
        place().delete(name)


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


def _bucket() -> Any:  # Any: boto3 has no types
    return place().bucket  # type: ignore[attr-defined]  # S3's storage has one


def _key(name: str) -> str:
    location = str(getattr(place(), "location", "")).strip("/")
    return f"{location}/{name}" if location else name


def _stream(name: str, **more: str) -> BinaryIO:
    try:
        return cast(BinaryIO, _bucket().Object(_key(name)).get(**more)["Body"])
    except Exception as error:  # boto3 makes its exceptions up at run time
        if _is_missing(error):
            raise FileNotFoundError(name) from error
        raise


def _is_missing(error: Exception) -> bool:
    answer = getattr(error, "response", {})
    return (
        answer.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404 or answer.get("Error", {}).get("Code") == "404"
    )


def _few_threads() -> Any:  # Any: as above
    # Each thread holds a part of the file in memory.
    from boto3.s3.transfer import TransferConfig  # noqa: PLC0415  installations without a bucket need no boto3

    return TransferConfig(max_concurrency=2, multipart_chunksize=8 * 2**20)
