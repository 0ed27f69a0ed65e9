"""Reads what a child sends, trusting none of it: bounded, framed, and parsed only as far as needed."""

import json
from dataclasses import dataclass

from evaluation.sandbox.child.wire import MAX_HEADER, PREFIX, Header
from evaluation.sandbox.errors import ModelFailed, SandboxBroken


@dataclass(frozen=True)
class Reply:
    """One complete message from the child."""

    header: Header
    body: bytes


class Replies:
    """Collects the child's bytes until the reply is complete."""

    def __init__(self, most: int) -> None:
        """Expect a reply of at most so many bytes after its header."""
        self.most = most
        self.is_ready = False
        self.reply: Reply | None = None
        self._bytes = bytearray()

    def add(self, received: bytes) -> None:
        """Take in more bytes; raise as soon as they cannot become a proper reply."""
        self._bytes += received
        while self.reply is None and (message := self._message()) is not None:
            self._take(message)

    def _take(self, message: Reply) -> None:
        """Note readiness first, then the reply; a broken start says so instead of either."""
        status = message.header.get("status")
        if not self.is_ready and status == "broken":
            raise SandboxBroken(f"The sandbox could not be set up: {message.header.get('reason')}.")
        if not self.is_ready and status == "ready":
            self.is_ready = True
        elif self.is_ready and status in {"done", "refused"}:
            self.reply = message
        else:
            raise _gibberish()

    def _message(self) -> Reply | None:
        """Return the next complete message, or None while bytes are missing."""
        if len(self._bytes) < PREFIX.size:
            return None
        (length,) = PREFIX.unpack_from(self._bytes)
        if length > MAX_HEADER:
            raise _gibberish()
        start = PREFIX.size + length
        if len(self._bytes) < start:
            return None
        header = _parsed(bytes(self._bytes[PREFIX.size : start]))
        size = header.get("body")
        if type(size) is not int or size < 0:
            raise _gibberish()
        if size > self.most:
            raise ModelFailed(f"The model answered with {size:,} bytes; predictions take at most {self.most:,}.")
        if len(self._bytes) < start + size:
            return None
        body = bytes(self._bytes[start : start + size])
        del self._bytes[: start + size]
        return Reply(header, body)


def _parsed(text: bytes) -> Header:
    """Return the header, or raise when it is not a JSON object."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as reason:
        raise _gibberish() from reason
    if not isinstance(header, dict):
        raise _gibberish()
    return header


def _gibberish() -> ModelFailed:
    """Return the reason for an answer nobody can read."""
    return ModelFailed("The model's process answered with something that is not predictions. Nothing was kept.")
