"""What each kind of job does: rooms to the left offer a handler for their kinds when they start."""

from collections.abc import Callable
from typing import Protocol

from django.utils.module_loading import import_string

from jobs.models import Job


class PermanentFailure(Exception):
    """The job cannot succeed however often it runs; the message says why, for people."""


class TransientFailure(Exception):
    """The job may succeed on another attempt; the message says what went wrong, for people."""


class Cancelled(Exception):
    """Somebody asked for the job to stop."""


class Fenced(Exception):
    """This worker lost its lease: whatever it has done is discarded."""


class Progress(Protocol):
    """What a handler tells the worker while it runs."""

    def report(self, phase: str, percent: int) -> None:
        """Say which step is running and how far it is; raises Cancelled or Fenced when the job must stop."""

    def log(self, text: str) -> None:
        """Add a line to the job's log."""

    def is_wanted(self) -> bool:
        """Whether to go on; False after a cancel or a lost lease. Cheap: reads what the heartbeat last saw."""


class Handler(Protocol):
    """How one kind of job is done."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Do the work outside any transaction, and return what saves it.

        The returned function writes the result rows and their journal line; the worker calls it in the transaction
        that ends the job, so that both happen or neither does.
        """

    def on_failure(self, job: Job, reason: str) -> None:
        """Write down, in the transaction that ends the job, that it failed."""

    def on_cancel(self, job: Job) -> None:
        """Write down, in the transaction that ends the job, that it was cancelled."""


HANDLERS: dict[str, Handler | str] = {}


def offer(kind: str, handler: Handler | str) -> None:
    """Make a kind of job known; called from the offering room's AppConfig.ready().

    A handler's dotted name does as well: what it stands on is loaded when the first job of its kind needs it, so that a
    process which only serves pages stays small.
    """
    HANDLERS[kind] = handler


def handler_of(kind: str) -> Handler | None:
    """How a kind of job is done; None where no room offers it."""
    known = HANDLERS.get(kind)
    if isinstance(known, str):
        made: Handler = import_string(known)()
        HANDLERS[kind] = known = made
    return known
