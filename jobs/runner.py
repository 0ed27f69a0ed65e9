"""What a worker does: lease a job, run its handler while a heartbeat keeps the lease, and end it exactly once."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection

from jobs import services
from jobs.handlers import Cancelled, Fenced, PermanentFailure, TransientFailure, handler_of
from jobs.services import Lease

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
DATABASE_AWAY = "The database could not be reached for a while."
OUR_FAULT = (
    "Something went wrong inside Tenet, and nothing was saved. Trying again will probably not help; the worker's log "
    "names the cause under this job's number, {job_id}."
)

_stopping = threading.Event()
_running: set["Supervision"] = set()
_change = threading.Condition()


class Supervision:
    """A running job's link to its row: passes on what the handler says, and learns when it must stop."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self._lock = threading.Lock()
        self._news: tuple[str | None, int | None] = (None, None)
        self._written: tuple[str | None, int | None] = self._news
        self._written_at = time.monotonic()
        self._lines: list[str] = []
        self._is_lost = False
        self._is_cancelled = False

    def report(self, phase: str, percent: int) -> None:
        """Say which step is running and how far it is; raises Cancelled or Fenced when the job must stop."""
        self.stop_if_unwanted()
        with self._lock:
            self._news = (phase, percent)

    def log(self, text: str) -> None:
        """Add a line to the job's log."""
        with self._lock:
            self._lines.append(text)

    def is_wanted(self) -> bool:
        """Whether to go on; reads what the last heartbeat saw."""
        return not (self._is_lost or self._is_cancelled)

    def reason_to_stop(self) -> Fenced | Cancelled | None:
        """Fenced after a lost lease, Cancelled when somebody asked to stop."""
        if self._is_lost:
            return Fenced()
        return Cancelled() if self._is_cancelled else None

    def stop_if_unwanted(self) -> None:
        """Raise the reason to stop, if there is one."""
        if reason := self.reason_to_stop():
            raise reason

    def beat(self) -> None:
        """Write what is new or extend the lease when it is time, else only look whether to go on."""
        with self._lock:
            news, lines = self._news, list(self._lines)
        is_time = time.monotonic() - self._written_at >= settings.JOB_HEARTBEAT_SECONDS
        if news != self._written or lines or is_time:
            phase, percent = news
            beat = services.heartbeat(self.lease, phase=phase, percent=percent, lines=lines)
            self._written, self._written_at = news, time.monotonic()
            with self._lock:
                del self._lines[: len(lines)]
        else:
            beat = services.look(self.lease)
        self._is_lost = self._is_lost or not beat.is_held
        self._is_cancelled = self._is_cancelled or beat.is_cancelled

    def give_up(self) -> None:
        """Hand the job back for another worker, and make this one's handler stop."""
        services.release(self.lease)
        self._is_lost = True

    def unwritten(self) -> list[str]:
        """The log lines that no heartbeat has written yet."""
        with self._lock:
            return list(self._lines)


Supervise = Callable[[Lease], AbstractContextManager[Supervision]]


@contextmanager
def in_background(lease: Lease) -> Iterator[Supervision]:
    """Supervise a job from a thread of its own, so that a handler that computes for minutes keeps its lease."""
    supervision = Supervision(lease)
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(supervision, over), name=f"heartbeat-{lease.job.pk}", daemon=True)
    thread.start()
    try:
        yield supervision
    finally:
        over.set()
        thread.join()


def run_due(first: UUID | None = None, *, supervise: Supervise = in_background) -> int:
    """Run due jobs, the given one first, until there are none or the worker is being stopped; says how many."""
    count = 0
    while run_next(first if count == 0 else None, supervise=supervise):
        count += 1
    return count


def run_next(job_id: UUID | None = None, *, supervise: Supervise = in_background) -> bool:
    """Run one due job to its end; False when there was none to have."""
    if _stopping.is_set():
        return False
    lease = services.claim(job_id)
    if lease is None:
        return False
    logger.info("Started job %s (%s), attempt %s.", lease.job.pk, lease.job.label, lease.job.attempt)
    try:
        _run(lease, supervise)
    except Fenced:
        logger.warning("Job %s was taken from this worker; what it did is discarded.", lease.job.pk)
    return True


def stop(grace: float) -> None:
    """Take no more jobs, wait for the running ones, and after the grace hand back those that are left."""
    _stopping.set()
    with _change:
        _change.wait_for(lambda: not _running, timeout=grace)
        left = list(_running)
    for supervision in left:
        logger.info("Handing job %s back: this worker is being stopped.", supervision.lease.job.pk)
        supervision.give_up()


def _run(lease: Lease, supervise: Supervise) -> None:
    with supervise(lease) as progress, _counted(progress):
        end = _attempt(progress)
    # The heartbeat has stopped: from here on only the token decides whether anything is written.
    try:
        end()
    except Exception as problem:  # saving can fail as well as working, and ends the job in the same ways
        _end_badly(progress, problem)


def _attempt(progress: Supervision) -> Callable[[], None]:
    lease = progress.lease
    try:
        # Only kinds that somebody offers are ever claimed.
        handler = handler_of(lease.job.kind)
        assert handler is not None  # noqa: S101  as above
        save = handler.run(lease.job, progress)
        progress.stop_if_unwanted()
    except Exception as problem:  # every way to end badly is told apart in one place
        return partial(_end_badly, progress, problem)
    return lambda: services.finish(lease, save, lines=progress.unwritten())


def _end_badly(progress: Supervision, problem: Exception) -> None:
    lease, lines = progress.lease, progress.unwritten()
    if not isinstance(problem, Fenced | Cancelled):
        # A handler that was told to stop may trip over anything on its way out: what it was told is the reason.
        problem = progress.reason_to_stop() or problem
    match problem:
        case Fenced():
            raise problem
        case Cancelled():
            services.cancel(lease, lines=lines)
        case PermanentFailure():
            services.fail(lease, str(problem), lines=lines)
        case TransientFailure():
            services.retry(lease, str(problem), lines=lines)
        case OperationalError():
            logger.warning("Job %s could not reach the database.", lease.job.pk, exc_info=problem)
            services.retry(lease, DATABASE_AWAY, lines=lines)
        case _:
            logger.error("Job %s failed by a mistake of ours.", lease.job.pk, exc_info=problem)
            services.fail(lease, OUR_FAULT.format(job_id=lease.job.pk), lines=lines)


def _keep(supervision: Supervision, over: threading.Event) -> None:
    try:
        while supervision.is_wanted() and not over.wait(TICK_SECONDS):
            try:
                supervision.beat()
            except DatabaseError:
                # The lease outlives a short absence of the database, and lapses by itself in a long one.
                logger.warning("The heartbeat of job %s failed.", supervision.lease.job.pk, exc_info=True)
                connection.close()
    finally:
        connection.close()


@contextmanager
def _counted(supervision: Supervision) -> Iterator[None]:
    with _change:
        _running.add(supervision)
    try:
        yield
    finally:
        with _change:
            _running.discard(supervision)
            _change.notify_all()
