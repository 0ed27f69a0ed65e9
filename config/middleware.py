"""What every request passes on its way in and out."""

from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.core.handlers.wsgi import LimitedStream, WSGIRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve
from rest_framework.exceptions import ParseError

from data import connections
from registry.mlflow_api import bodies, errors

# Whatever lies below these, the MLflow API's own table answers, to tokens only.
PROGRAM_PATHS = ("/api/2.0/", "/api/3.0/")

GetResponse = Callable[[HttpRequest], HttpResponse]

# Bodies that Django or DRF streams to disk; everything else is held in memory and gets the small limit.
STREAMED = ("multipart/form-data", "application/octet-stream")


def size_limit(get_response: GetResponse) -> GetResponse:
    """Refuse a body that is too large before a byte of it is read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        streamed = (request.content_type or "").lower() in STREAMED or _is_file(request)
        limit = settings.UPLOAD_MAX_BYTES if streamed else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if not length.isdigit() or int(length) <= limit:
            return get_response(request)
        return _refused(request, _too_large(limit), 413)

    return middleware


def whole_bodies(get_response: GetResponse) -> GetResponse:
    """Have a body come whole, or not at all.

    Django takes one that is cut off for a shorter one, and one in transfer chunks, which has no length, for an empty one.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if isinstance(request, WSGIRequest):
            if request.META.get("CONTENT_LENGTH", "").isdigit():
                connections.give_up_on_silence(request)
                request._stream = _WholeStream(request)  # type: ignore[assignment]
            elif request.headers.get("Transfer-Encoding") and not request.path_info.startswith(PROGRAM_PATHS):
                return _out_of_chunks(request, get_response)
        return get_response(request)

    return middleware


class _WholeStream(LimitedStream):
    """A body by its length; the one who reads it is told when it ends early, in the words of whoever answers."""

    _pos: int

    def __init__(self, request: WSGIRequest) -> None:
        super().__init__(request.META["wsgi.input"], int(request.META["CONTENT_LENGTH"]))
        path = request.path_info
        self._raises: type[Exception] = BadRequest
        if path.startswith("/api/"):
            self._raises = bodies.CutShort if path.startswith(PROGRAM_PATHS) else ParseError

    def read(self, size: int | None = -1, /) -> bytes:
        """As many bytes as are asked for, or all."""
        asked = self.limit if size is None or size < 0 else size
        try:
            piece: bytes = super().read(size)
        except OSError:
            # The connection is gone, or its client fell silent.
            piece = b""
        # A server's reader gives less than it is asked for at the end only.
        if len(piece) < asked and self._pos < self.limit:
            raise self._raises(f"The body ended {self.limit - self._pos:,} bytes early. Nothing was kept.")
        return piece


def _out_of_chunks(request: WSGIRequest, get_response: GetResponse) -> HttpResponse:
    if (request.content_type or "").lower() in STREAMED:
        return _refused(request, "A file has to come with its length. Send it with a Content-Length.", 411)
    try:
        body = bodies.message(request)
    except bodies.CutShort as reason:
        return _refused(request, str(reason), 400)
    except RequestDataTooBig:
        return _refused(request, _too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE), 413)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)
    return get_response(request)


def _too_large(limit: int) -> str:
    return f"This is too large: at most {limit // 2**20} MiB can be sent at once. Send a smaller file."


def _refused(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    if request.path.startswith(PROGRAM_PATHS):
        return errors.answer(errors.INVALID, sentence)
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": sentence}, status=status)
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def programs(get_response: GetResponse) -> GetResponse:
    """Answer MLflow's clients right away.

    They hold tokens and never cookies, so that sessions, CSRF tokens and messages have no say in what they ask; and they
    send many small requests, of which those would be the larger part.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PROGRAM_PATHS):
            return get_response(request)
        found = resolve(request.path_info)
        request.resolver_match = found
        answered: HttpResponse = found.func(request, *found.args, **found.kwargs)
        return answered

    return middleware


def _is_file(request: HttpRequest) -> bool:
    # Whatever such a body is called: clients guess the type from the file's name.
    return request.method == "PUT" and request.path.startswith(tuple(settings.STREAMED_PATHS))


def request_log(get_response: GetResponse) -> GetResponse:
    """Give each request an id that its log lines carry and its answer names."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response

    return middleware


def permissions_policy(get_response: GetResponse) -> GetResponse:
    """Tell the browser that no page of ours uses the camera, the microphone or the place."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), usb=()")
        return response

    return middleware
