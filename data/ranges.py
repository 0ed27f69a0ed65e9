"""Parts of files that a request asks for: one range of bytes, as downloads that go on after a break use it."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class NotSatisfiable(Exception):
    """The range begins beyond the file's end."""


@dataclass(frozen=True)
class Part:
    """Some bytes of a file: where they begin, and how many they are."""

    first: int
    length: int

    def content_range(self, size: int) -> str:
        """The header that says which part of how much this is."""
        return f"bytes {self.first}-{self.first + self.length - 1}/{size}"


def asked(header: str, *, size: int) -> Part | None:
    """The part that a Range header asks for; None for the whole file, as for several ranges and for what is no range.

    Raises NotSatisfiable where no byte of it is there.
    """
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first_text, last_text = found.groups()
    if not first_text:
        length = min(int(last_text), size)
        first = size - length
    else:
        first = int(first_text)
        last = int(last_text) if last_text else size - 1
        if last < first and last_text:
            return None
        length = min(last, size - 1) - first + 1
    if length <= 0 or first >= size:
        raise NotSatisfiable
    return Part(first, length)
