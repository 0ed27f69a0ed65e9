"""Refuses archives that unpack to far more than they weigh; reads their directory only."""

import zipfile
from pathlib import Path

from registry import formats

MAX_RATIO = 100
MAX_UNPACKED = 16 * 2**30
# Below this, a high ratio is a small file full of zeros, which harms nobody.
HARMLESS = 8 * 2**20


class ArchiveBomb(ValueError):
    """The archive would unpack to more than a model plausibly needs."""


def ensure_unpacks_small(path: Path) -> None:
    """Raise ArchiveBomb for a zip whose entries together are implausibly large; other files pass."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            return
        if not formats.directory_is_small(stream, size):
            raise ArchiveBomb(
                "This archive has too many entries for a model. Save the model again and upload that file."
            )
        with zipfile.ZipFile(stream) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > MAX_UNPACKED or (unpacked > HARMLESS and unpacked > MAX_RATIO * size):
        raise ArchiveBomb(
            f"This archive of {size:,} bytes would unpack to {unpacked:,}. A model does not; "
            "save it again without compression and upload that file."
        )
