"""How a worker makes a document: gather, lay out, print, keep."""

import io
from collections.abc import Callable
from functools import partial

from jobs.handlers import Cancelled, PermanentFailure, Progress
from jobs.models import Job


class DocumentHandler:
    """The jobs of kind "document"."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Render the document and keep its files; the returned function ties them to it."""
        # The worker alone renders: a web process that imported this would carry every room's facts for nothing.
        from data import storage  # noqa: PLC0415
        from docsgen import facts, services  # noqa: PLC0415
        from docsgen.documents import DOCUMENTS  # noqa: PLC0415
        from docsgen.models import Document  # noqa: PLC0415
        from docsgen.printing.client import PrintingFailed, PrintingStopped  # noqa: PLC0415
        from docsgen.render import render  # noqa: PLC0415

        held = Document.objects.select_related("version__model__project", "dataset__project", "requested_by")
        document = held.get(job=job)
        progress.report("Gathering the facts", 10)
        if document.dataset:
            snapshot = facts.gather_dataset(document.dataset)
        else:
            assert document.version is not None  # noqa: S101  a document is about one of the two
            snapshot = facts.gather(document.version)
        progress.report("Writing and printing", 30)
        try:
            rendered = render(
                DOCUMENTS[document.kind], snapshot, identifier=document.identifier, is_wanted=progress.is_wanted
            )
        except PrintingFailed as reason:
            raise PermanentFailure(str(reason)) from reason
        except PrintingStopped as reason:
            raise Cancelled from reason
        progress.report("Keeping the files", 90)
        html = storage.store(io.BytesIO(rendered.html), limit=services.LARGEST_DOCUMENT)
        pdf = storage.store(io.BytesIO(rendered.printed.pdf), limit=services.LARGEST_DOCUMENT)
        return partial(services.issue, document, snapshot, rendered, html, pdf)

    def on_failure(self, job: Job, reason: str) -> None:
        """Say in the journal that it failed."""
        _fail(job, reason)

    def on_cancel(self, job: Job) -> None:
        """Say in the journal that it was cancelled."""
        _fail(job, "Cancelled.")


def _fail(job: Job, reason: str) -> None:
    from docsgen import services  # noqa: PLC0415  as in run()
    from docsgen.models import Document  # noqa: PLC0415  as in run()

    services.fail(Document.objects.select_related("project", "requested_by").get(job=job), reason)
