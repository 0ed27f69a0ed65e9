"""The files of a version: what they are, and the way out of the storage for one of them or for all."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.http import FileResponse, Http404, StreamingHttpResponse

from data import downloads, storage
from registry.models import ModelVersion

CHUNK = 2**20
# A zip cannot say that it has no time; this is the earliest it knows.
NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class VersionFile:
    """One file of a version, by its path in the version's folder."""

    path: str
    sha256: str
    size: int
    is_model: bool = False


def files_of(version: ModelVersion) -> list[VersionFile]:
    """Every file that was frozen with a version; the one model file where no folder was registered."""
    if not version.files:
        return [VersionFile(version.artifact_name, version.artifact_sha256, version.artifact_size, is_model=True)]
    return [
        VersionFile(
            file["path"],
            file["sha256"],
            file["size"],
            is_model=file["sha256"] == version.artifact_sha256
            and PurePosixPath(file["path"]).name == PurePosixPath(version.artifact_name).name,
        )
        for file in version.files
    ]


def download(version: ModelVersion, path: str) -> FileResponse:
    """One file as a download that no browser opens; raises Http404 for a path that is not in the manifest."""
    for file in files_of(version):
        if file.path == path:
            response = downloads.attachment(file.sha256, PurePosixPath(path).name)
            response["Content-Length"] = str(file.size)
            return response
    raise Http404("The version has no such file.")


def as_zip(version: ModelVersion) -> StreamingHttpResponse:
    """All files as one zip, read from the storage while it is sent; raises Http404 when one of them is lost."""
    files = files_of(version)
    if lost := [file.path for file in files if not storage.exists(file.sha256)]:
        raise Http404(f"{lost[0]} is no longer in the storage.")
    response = StreamingHttpResponse(_zipped(files), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{_ascii(version.model.name)}-v{version.number}.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


class _Outbox:
    """What a zip writes into: keeps the bytes until they are sent."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, content: Any) -> int:  # Any: whichever kind of bytes zipfile has at hand
        self._waiting.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing to do: the bytes go out with the next piece."""

    def taken(self) -> bytes:
        """Everything written since the last time."""
        content, self._waiting = b"".join(self._waiting), []
        return content


def _zipped(files: list[VersionFile]) -> Iterator[bytes]:
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]  # it only writes
        for file in files:
            entry = zipfile.ZipInfo(file.path, NO_TIME)
            entry.create_system, entry.external_attr, entry.file_size = 3, 0o644 << 16, file.size
            with storage.open_file(file.sha256) as source, archive.open(entry, "w") as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
                    yield outbox.taken()
    yield outbox.taken()


def _ascii(name: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)[:100]
