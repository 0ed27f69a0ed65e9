"""The messages between parent and child: a length, a JSON header, then the bytes the header counts."""

import json
import os
import struct
from typing import Any

MAX_HEADER = 1024 * 1024
PREFIX = struct.Struct(">I")

Header = dict[str, Any]  # JSON objects; each reader checks the fields it uses


class Cut(Exception):
    """The other side stopped in the middle of a message."""


def frame(header: Header) -> bytes:
    """Return the length and the header as bytes."""
    text = json.dumps(header, allow_nan=False).encode()
    if len(text) > MAX_HEADER:
        raise ValueError("the message's header is too long")
    return PREFIX.pack(len(text)) + text


def read_header(descriptor: int) -> Header:
    """Read one header."""
    (length,) = PREFIX.unpack(read_exactly(descriptor, PREFIX.size))
    header = json.loads(read_exactly(descriptor, length))
    return dict(header)


def read_exactly(descriptor: int, count: int) -> bytearray:
    """Read so many bytes, or raise Cut."""
    received = bytearray(count)
    view = memoryview(received)
    while view:
        got = os.readv(descriptor, [view[: 1024 * 1024]])
        if not got:
            raise Cut
        view = view[got:]
    return received


def write(descriptor: int, *parts: bytes | memoryview) -> None:
    """Write all parts, however many calls it takes."""
    for part in parts:
        view = memoryview(part)
        while view:
            view = view[os.write(descriptor, view) :]
