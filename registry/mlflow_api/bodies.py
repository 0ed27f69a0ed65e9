"""Bodies on their way in, by length or in transfer chunks: messages whole, and files as they come, never in memory."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, RawPostDataException, UnreadablePostError

from data import connections

CHUNK = 2**18
# A message that is refused is read to its end if it is no larger.
SMALL = 2**20


class CutShort(Exception):
    """The body ended before it was complete; the message says so, for people."""


def chunks(request: HttpRequest) -> Iterator[bytes]:
    """The bytes of a body, by length or in transfer chunks; raises CutShort when it ends early.

    Django's own stream ends at Content-Length, so that a body sent in transfer chunks, which has none, would be empty.
    """
    source = _source(request)
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit():
        if request.META.get("wsgi.input_terminated"):
            yield from _until_the_end(source)
        return
    left = int(length)
    has_length = hasattr(source, "unreader") and hasattr(source, "length")
    while left:
        chunk = _passed_on(source) if has_length else _read(source, min(CHUNK, left))
        if not chunk:
            raise CutShort(f"The body ended {left:,} bytes before its announced {int(length):,}. Nothing was kept.")
        left -= len(chunk)
        yield chunk


def message(request: HttpRequest) -> bytes:
    """The whole body of a message; raises CutShort, and RequestDataTooBig or UnreadablePostError as Django does."""
    if request.META.get("CONTENT_LENGTH") or not request.META.get("wsgi.input_terminated"):
        return request.body
    body = bytearray()
    for chunk in chunks(request):
        body += chunk
        if len(body) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0):
            raise RequestDataTooBig("Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE.")
    return bytes(body)


def after_refusal(request: HttpRequest, problem: Exception, answer: HttpResponse) -> HttpResponse:
    """The answer to a refused request, once the rest of its body is read and thrown away.

    Clients send a whole file before they look for an answer: a connection closed under them hides what it said. And
    what is left unread of a message is read by the server together with the next one, which then waits.
    """
    length = str(request.META.get("CONTENT_LENGTH") or "")
    if request.method != "PUT" and length.isdigit() and int(length) <= SMALL:
        with suppress(CutShort, RequestDataTooBig, UnreadablePostError, RawPostDataException):
            _ = request.body
    if request.method == "PUT" and hasattr(request.META["wsgi.input"], "reader") and not isinstance(problem, CutShort):
        left = settings.UPLOAD_MAX_BYTES
        with suppress(CutShort):
            for chunk in _until_the_end(_source(request)):
                left -= len(chunk)
                if left < 0:
                    break
    return answer


def _source(request: HttpRequest) -> Any:  # Any: whatever the server calls the body
    body = request.META["wsgi.input"]
    # gunicorn's body collects a kilobyte at a time, from a reader that gives as much as it is asked for, and that one
    # from a socket in pieces made for headers. A file would pass through thousands of hands.
    reader = getattr(body, "reader", body)
    connection: Any = getattr(reader, "unreader", None)
    if hasattr(connection, "mxchunk"):
        connection.mxchunk = CHUNK
    connections.give_up_on_silence(request)
    return reader


def _until_the_end(source: Any) -> Iterator[bytes]:  # Any: as above
    while chunk := _read(source, CHUNK):
        yield chunk


def _passed_on(reader: Any) -> bytes:  # Any: as above
    """What has come of a body with a length: gunicorn's reader would copy it five times before it gave it to us."""
    piece = _guarded(reader.unreader.read)
    if len(piece) > reader.length:
        reader.unreader.unread(piece[reader.length :])
        piece = piece[: reader.length]
    reader.length -= len(piece)
    return piece


def _read(source: Any, size: int) -> bytes:  # Any: as above
    return _guarded(source.read, size)


def _guarded(read: Callable[..., bytes], *size: int) -> bytes:
    try:
        return read(*size)
    except OSError as error:
        # A chunk that is cut off or malformed, and a connection that is gone.
        raise CutShort("The body ended before it was complete. Nothing was kept.") from error
