"""A real Celery worker, as the server starts it, that also knows the tests' own kind of job.

The job says that it has begun by making a file, and goes on once another file is there, so that a test can kill the
worker in the middle without guessing how long anything takes.
"""

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from celery.signals import worker_init

from config.celery import app

if TYPE_CHECKING:
    from jobs.handlers import Progress
    from jobs.models import Job

__all__ = ["app"]


def work(job: "Job", progress: "Progress") -> None:
    """Begin, and finish when allowed to."""
    folder = Path(os.environ["TENET_DATA"])
    progress.report("Measuring", 30)
    (folder / f"begun-{job.attempt}").touch()
    pause = threading.Event()
    while not (folder / "go").exists() and progress.is_wanted():
        pause.wait(0.05)
    progress.report("Saving", 90)


@worker_init.connect
def offer(**kwargs: object) -> None:
    """Offer the tests' kind once the rooms have been loaded."""
    from jobs import handlers  # noqa: PLC0415  Celery loads the rooms after this module
    from tests.factories.jobs import KIND, RecordingHandler  # noqa: PLC0415  as above

    handlers.offer(KIND, RecordingHandler(work))
