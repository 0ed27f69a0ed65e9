"""What every request passes on its way in and out."""

from collections.abc import Callable
from uuid import uuid4

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve

from registry.mlflow_api import errors

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
        sentence = f"This is too large: at most {limit // 2**20} MiB can be sent at once. Send a smaller file."
        if request.path.startswith(PROGRAM_PATHS):
            return errors.answer(errors.INVALID, sentence)
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": sentence}, status=413)
        return HttpResponse(sentence, status=413, content_type="text/plain; charset=utf-8")

    return middleware


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
