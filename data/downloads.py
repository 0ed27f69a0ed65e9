"""Stored files on their way out: a browser saves them and never shows or runs them."""

from django.http import FileResponse, Http404

from data import storage
from data.models import Dataset
from data.rows import why_not_here


def download(dataset: Dataset) -> FileResponse:
    """The snapshot's file as an attachment; raises Http404 when it is not stored here, or was lost."""
    if not dataset.is_stored:
        raise Http404(why_not_here(dataset) or f"{dataset} is read where it lies, and no copy is stored here.")
    response = attachment(dataset.sha256, dataset.file_name)
    response["Content-Length"] = str(dataset.size)
    return response


def attachment(sha256: str, file_name: str) -> FileResponse:
    """A stored file under the name it came with; raises Http404 when the storage has lost it."""
    try:
        file = storage.open_file(sha256)
    except storage.Missing as error:
        raise Http404(str(error)) from error
    response = FileResponse(file, as_attachment=True, filename=file_name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
