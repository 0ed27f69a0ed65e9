"""Stored files on their way out: a browser saves them and never shows or runs them."""

from typing import BinaryIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from data import connections, ranges, storage
from data.models import Dataset
from data.ranges import Part
from data.rows import why_not_here

BLOCK = 2**17


def download(dataset: Dataset) -> FileResponse:
    """The snapshot's file as an attachment; raises Http404 when it is not stored here, or was lost."""
    if not dataset.is_stored:
        raise Http404(why_not_here(dataset) or f"{dataset} is read where it lies, and no copy is stored here.")
    response = attachment(dataset.sha256, dataset.file_name)
    response["Content-Length"] = str(dataset.size)
    return response


def attachment(sha256: str, file_name: str, part: Part | None = None) -> FileResponse:
    """A stored file, or a part of it, under the name it came with; raises Http404 when the storage has lost it."""
    try:
        file: BinaryIO = storage.open_part(sha256, part.first, part.length) if part else storage.open_stream(sha256)
    except storage.Missing as error:
        raise Http404(str(error)) from error
    response = FileResponse(file, as_attachment=True, filename=file_name, content_type="application/octet-stream")
    response.block_size = BLOCK
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def part_or_whole(request: HttpRequest, sha256: str, *, size: int, file_name: str) -> FileResponse | HttpResponse:
    """A stored file, or the one range of bytes that the request asks for, so that a broken download can go on.

    The digest is the file's tag: a range that rests on another one gets the whole file. Raises Http404 when the storage
    has lost it.
    """
    tag = f'"{sha256}"'
    part = None
    if request.headers.get("If-Range", tag) == tag:
        try:
            part = ranges.asked(request.headers.get("Range", ""), size=size)
        except ranges.NotSatisfiable:
            headers = {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}
            return HttpResponse(status=416, headers=headers)
    connections.give_up_on_silence(request)
    response = attachment(sha256, file_name, part)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    response["Content-Length"] = str(part.length if part else size)
    if part:
        response.status_code = 206
        response["Content-Range"] = part.content_range(size)
    return response
