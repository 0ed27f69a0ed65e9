"""Files that arrive in parts: kept apart from the content until the last one is there, then joined or thrown away."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from data import places, storage

FOLDER = "parts"
_UPLOAD = re.compile(r"[0-9a-f]{32}")
_PART = re.compile(r"(\d{5})-(\d+)-([0-9a-f]{64})")


class NotThere(Exception):
    """A part that should be joined did not arrive as it was announced; the message says which, for people."""


@dataclass(frozen=True)
class Part:
    """One part of a file that is still arriving."""

    number: int
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """What the part is called in its upload's folder; it says all there is to know about it."""
        return f"{self.number:05d}-{self.size}-{self.sha256}"


def take_in(upload: str, number: int, source: BinaryIO | Iterable[bytes], *, limit: int) -> Part:
    """Keep one part of an upload in place of an earlier one with its number; raises TooLarge.

    `limit` is what all parts together may have.
    """
    others = [part for part in arrived(upload) if part.number != number]
    left = limit - sum(part.size for part in others)
    with storage.receive(source, limit=max(left, 0)) as received:
        part = Part(number, received.size, received.sha256)
        places.put(received.path, f"{_folder(upload)}/{part.name}")
    for earlier in arrived(upload):
        if earlier.number == number and earlier != part:
            places.discard(f"{_folder(upload)}/{earlier.name}")
    return part


def arrived(upload: str) -> list[Part]:
    """The parts that are there, by number."""
    found = (_PART.fullmatch(name) for name in places.names_in(_folder(upload)))
    return sorted((Part(int(m[1]), int(m[2]), m[3]) for m in found if m), key=lambda part: part.number)


def joined(upload: str, announced: Iterable[tuple[int, str]]) -> Iterator[bytes]:
    """The bytes of the parts in their order; `announced` are number and SHA-256 of each. Raises NotThere at once."""
    kept = {part.number: part for part in arrived(upload)}
    wanted = sorted(announced)
    if not wanted or [number for number, _ in wanted] != list(range(1, len(wanted) + 1)):
        raise NotThere("The parts have to be numbered from 1 without a gap.")
    for number, sha256 in wanted:
        if number not in kept or kept[number].sha256 != sha256:
            raise NotThere(f"Part {number} did not arrive, or not as it was announced. Send it again.")
    return _bytes_of(upload, [kept[number] for number, _ in wanted])


def discard(upload: str) -> None:
    """Throw away what arrived of an upload."""
    folder = _folder(upload)
    for name in places.names_in(folder):
        places.discard(f"{folder}/{name}")
    places.discard(folder)


def discard_older_than(moment: datetime) -> None:
    """Throw away parts that nobody joined."""
    for found in list(places.below(f"{FOLDER}/")):
        if found.changed_at < moment:
            places.discard(found.name)
            places.discard(found.name.rpartition("/")[0])


def _bytes_of(upload: str, parts: list[Part]) -> Iterator[bytes]:
    for part in parts:
        with closing(places.open_stream(f"{_folder(upload)}/{part.name}")) as file:
            yield from storage.chunks(file)


def _folder(upload: str) -> str:
    if not _UPLOAD.fullmatch(upload):
        raise NotThere("There is no such upload.")
    return f"{FOLDER}/{upload}"
