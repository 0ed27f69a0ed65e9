"""Files on their way in: read from the connection as they come, whatever their length, and never held in memory."""

from collections.abc import Iterator

from django.http import HttpRequest

CHUNK = 2**18


class CutShort(Exception):
    """The body ended before it was complete; the message says so, for people."""


def chunks(request: HttpRequest) -> Iterator[bytes]:
    """The bytes of a body, by length or in transfer chunks; raises CutShort when it ends early.

    Django's own stream ends at Content-Length, so that a body sent in transfer chunks, which has none, would be empty.
    """
    source = request.META["wsgi.input"]
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit():
        if request.META.get("wsgi.input_terminated"):
            yield from _until_the_end(source)
        return
    left = int(length)
    while left:
        chunk = _read(source, min(CHUNK, left))
        if not chunk:
            raise CutShort(f"The body ended {left:,} bytes before its announced {int(length):,}. Nothing was kept.")
        left -= len(chunk)
        yield chunk


def _until_the_end(source: object) -> Iterator[bytes]:
    while chunk := _read(source, CHUNK):
        yield chunk


def _read(source: object, size: int) -> bytes:
    try:
        return source.read(size)  # type: ignore[attr-defined]  # WSGI promises a file
    except OSError as error:
        # A chunk that is cut off or malformed, and a connection that is gone.
        raise CutShort("The body ended before it was complete. Nothing was kept.") from error
