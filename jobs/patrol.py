"""The part of a worker that needs no doorbell: it looks for due jobs and for dead workers, and stops in good order."""

import logging
import threading
import time
from typing import Any

from celery import bootsteps
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from jobs import runner, services

logger = logging.getLogger(__name__)


class Patrol(bootsteps.StartStopStep):
    """Looks at the job table every second, so that a lost message costs a second and a dead worker a lease.

    Every worker patrols, which needs no scheduler that could itself be down: each step of a job is one conditional
    update, so workers that look at the same moment do not get in each other's way.
    """

    # The pool starts before and stops after: a stopping worker first hands back what it cannot finish.
    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:  # Any: Celery's worker, which has no types
        super().__init__(parent, **kwargs)
        self._over = threading.Event()
        self._free = threading.Semaphore(settings.CELERY_WORKER_CONCURRENCY)
        self._thread: threading.Thread | None = None

    def start(self, parent: Any) -> None:  # Any: as above
        """Begin to look."""
        self._thread = threading.Thread(target=self._watch, args=(parent.pool,), name="patrol", daemon=True)
        self._thread.start()

    def stop(self, parent: Any) -> None:  # Any: as above
        """Stop looking, let running jobs finish within the grace, and hand back the others."""
        self._over.set()
        if self._thread:
            self._thread.join()
        runner.stop(settings.JOB_GRACE_SECONDS)

    def _watch(self, pool: Any) -> None:  # Any: as above
        swept_at = float("-inf")
        while not self._over.is_set():
            try:
                close_old_connections()
                if time.monotonic() - swept_at >= settings.JOB_SWEEP_SECONDS:
                    services.sweep()
                    swept_at = time.monotonic()
                self._look(pool)
            except DatabaseError:
                logger.warning("The job table could not be read; looking again soon.", exc_info=True)
                connection.close()
            self._over.wait(settings.JOB_POLL_SECONDS)
        connection.close()

    def _look(self, pool: Any) -> None:  # Any: as above
        if not services.has_due() or not self._free.acquire(blocking=False):
            return
        pool.apply_async(self._run_due, callback=lambda result: None)

    def _run_due(self) -> None:
        try:
            runner.run_due()
        finally:
            self._free.release()
            close_old_connections()
