"""The part of a worker that looks into the outbox and sends what is due."""

import logging
import threading
from typing import Any

from celery import bootsteps
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from registry import deliveries

logger = logging.getLogger(__name__)


class Postman(bootsteps.StartStopStep):
    """Looks into the outbox every second, beside the jobs: an address that is slow to answer keeps no job waiting.

    Every worker has one, which needs no scheduler that could itself be down.
    """

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:  # Any: Celery's worker, which has no types
        super().__init__(parent, **kwargs)
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, parent: Any) -> None:  # Any: as above
        """Begin to look."""
        self._thread = threading.Thread(target=self._watch, name="postman", daemon=True)
        self._thread.start()

    def stop(self, parent: Any) -> None:  # Any: as above
        """Stop looking; what is being sent is finished, or sent again by another worker."""
        self._over.set()
        if self._thread:
            self._thread.join(settings.JOB_GRACE_SECONDS)

    def _watch(self) -> None:
        while not self._over.is_set():
            try:
                close_old_connections()
                if deliveries.has_due():
                    deliveries.send_due()
            except DatabaseError:
                logger.warning("The outbox could not be read; looking again soon.", exc_info=True)
                connection.close()
            except Exception:
                logger.exception("A delivery failed by a mistake of ours; looking again soon.")
            self._over.wait(settings.JOB_POLL_SECONDS)
        connection.close()
