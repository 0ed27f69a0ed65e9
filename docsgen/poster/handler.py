"""How a worker prints a poster."""

import io
from collections.abc import Callable
from functools import partial

from jobs.handlers import Cancelled, PermanentFailure, Progress
from jobs.models import Job


class PosterHandler:
    """The jobs of kind "poster"."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Print the poster and keep its file; the returned function ties it to its record."""
        # The worker alone renders: a web process has no use for these.
        from data import storage  # noqa: PLC0415
        from docsgen.models import Poster  # noqa: PLC0415
        from docsgen.poster import services  # noqa: PLC0415
        from docsgen.poster.printing import print_poster  # noqa: PLC0415
        from docsgen.printing.client import PrintingFailed, PrintingStopped  # noqa: PLC0415

        poster = Poster.objects.select_related("project", "requested_by").get(job=job)
        progress.report("Laying out and printing", 30)
        try:
            printed = print_poster(poster.facts, is_wanted=progress.is_wanted)
        except PrintingFailed as reason:
            raise PermanentFailure(str(reason)) from reason
        except PrintingStopped as reason:
            raise Cancelled from reason
        progress.report("Keeping the file", 90)
        pdf = storage.store(io.BytesIO(printed.pdf), limit=services.LARGEST)
        return partial(services.issue, poster, pdf)

    def on_failure(self, job: Job, reason: str) -> None:
        """Say in the journal that it failed."""
        _fail(job, reason)

    def on_cancel(self, job: Job) -> None:
        """Say in the journal that it was cancelled."""
        _fail(job, "Cancelled.")


def _fail(job: Job, reason: str) -> None:
    from docsgen.models import Poster  # noqa: PLC0415  as in run()
    from docsgen.poster import services  # noqa: PLC0415  as in run()

    services.fail(Poster.objects.select_related("project", "requested_by").get(job=job), reason)
