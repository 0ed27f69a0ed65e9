"""Start the rendering child and wait for it, with a bound on time."""

import base64
import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS = 120
CHILD = Path(__file__).with_name("child.py")


class PrintingFailed(Exception):
    """The document could not be rendered; the message says why, for people."""


class PrintingStopped(Exception):
    """Nobody wants the document any more."""


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF."""

    name: str
    description: str
    content: bytes


@dataclass(frozen=True)
class Printed:
    """A finished PDF."""

    pdf: bytes
    pages: int


def print_html(
    html: str,
    *,
    identifier: str,
    taken_at: str,
    fonts: Path,
    attachments: tuple[Attachment, ...] = (),
    is_wanted: Callable[[], bool] = lambda: True,
    smaller: Sequence[str] = (),
) -> Printed:
    """Render HTML as an archivable, tagged PDF.

    `identifier` becomes the PDF's own id and `taken_at` (ISO 8601) its time, so that the same order gives the same
    bytes. `is_wanted` is asked about once a second. With `smaller` versions the first is printed that
    has one page whose sections hold their text, or else the last. Raises PrintingFailed and PrintingStopped.
    """
    order = {
        "html": html,
        "smaller": list(smaller),
        "identifier": identifier,
        "taken_at": taken_at,
        "fonts": str(fonts),
        "seconds": SECONDS,
        "attachments": [
            {"name": a.name, "description": a.description, "content": base64.b64encode(a.content).decode()}
            for a in attachments
        ],
    }
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target, tempfile.TemporaryFile() as complaints:
        source.write(json.dumps(order).encode())
        source.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-I", str(CHILD)],
            stdin=source, stdout=target, stderr=complaints, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            start_new_session=True,
        )  # fmt: skip
        _wait(child, is_wanted)
        target.seek(0)
        answer = target.read()
        if child.returncode != 0 or len(answer) < 5:
            complaints.seek(0)
            raise PrintingFailed(_reason(child.returncode, complaints.read()[-2000:].decode(errors="replace")))
    return Printed(answer[4:], struct.unpack(">I", answer[:4])[0])


def _wait(child: "subprocess.Popen[bytes]", is_wanted: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while True:
        try:
            child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            if is_wanted() and time.monotonic() < until:
                continue
            _kill(child)
            if time.monotonic() >= until:
                raise PrintingFailed(f"The document took more than {SECONDS} seconds to render.") from None
            raise PrintingStopped from None
        return


def _kill(child: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _reason(code: int, complaint: str) -> str:
    if "MemoryError" in complaint or code == -signal.SIGKILL:
        return "The document needed more memory than is allowed. Fewer slices or columns make it smaller."
    last = complaint.strip().splitlines()[-1] if complaint.strip() else f"the renderer ended with code {code}"
    return f"The document could not be rendered: {last}"
