"""Every step of a job's life, each as one conditional update: whoever comes second changes nothing."""

import hashlib
import logging
import random
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from jobs.handlers import HANDLERS, Cancelled, Fenced, handler_of
from jobs.models import Job, LogLine

logger = logging.getLogger(__name__)

LONGEST_BACKOFF = 300
DOORBELL = "jobs.tasks.run_job"  # by name: the task runs jobs, and so stands above this module
State = Job.State


class AlreadyOver(Exception):
    """The job ended before it could be cancelled; the message says how."""


@dataclass(frozen=True)
class Lease:
    """A worker's right to a job: it holds as long as the job's row carries the same token."""

    job: Job
    token: str


@dataclass(frozen=True)
class Beat:
    """What a heartbeat found: whether the lease still holds, and whether somebody asked to stop."""

    is_held: bool
    is_cancelled: bool


# ---------- asked for by people ----------


def enqueue(
    kind: str, *, project: Project, label: str, by: User, priority: int = 0, idempotency_key: str | None = None
) -> Job:
    """Add a job inside the caller's transaction; a worker hears of it when that commits.

    With an idempotency key that this project already used for this kind, the earlier job is returned.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("enqueue() belongs inside the transaction of the write that needs the job.")
    stored_key = None
    if idempotency_key:
        stored_key = hashlib.sha256(f"{project.pk}\0{kind}\0{idempotency_key}".encode()).hexdigest()
        if earlier := Job.objects.filter(idempotency_key=stored_key).first():
            return earlier
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                project=project,
                label=label[:200],
                requested_by=by,
                priority=priority,
                idempotency_key=stored_key,
                not_before=_now(),
            )
    except IntegrityError:
        if stored_key is None:
            raise
        return Job.objects.get(idempotency_key=stored_key)
    transaction.on_commit(partial(ring, job.pk))
    return job


def ring(job_id: UUID) -> None:
    """Tell a worker to look now; without this it looks by itself within a second."""
    try:
        current_app.send_task(DOORBELL, [str(job_id)], retry=False, ignore_result=True)
    except Exception:  # whatever a broker's client raises: the row is committed, so nothing is lost
        logger.warning("The broker is away; job %s starts when a worker next looks.", job_id, exc_info=True)


@transaction.atomic
def request_cancel(job: Job, *, by: User) -> Job:
    """Stop a waiting job at once, or ask the worker of a running one to stop; asking twice changes nothing.

    Raises AlreadyOver when the job finished or failed first.
    """
    row = Job.objects.filter(pk=job.pk)
    stopped = row.filter(state=State.QUEUED).update(
        state=State.CANCELLED, cancel_requested=True, phase="", finished_at=_now()
    )
    asked = stopped or row.filter(state=State.RUNNING, cancel_requested=False).update(cancel_requested=True)
    job.refresh_from_db()
    if not asked:
        if job.state in (State.SUCCEEDED, State.FAILED):
            raise AlreadyOver(f"There is nothing left to cancel: this {job.get_state_display().lower()} already.")
        return job
    record(Action.JOB_CANCEL_REQUESTED, by=by, on=job, chain=job.project.chain, label=job.label)
    if stopped and (handler := handler_of(job.kind)):
        handler.on_cancel(job)
    return job


# ---------- done by workers ----------


def has_due() -> bool:
    """Whether a job could be claimed now; one cheap read for workers that have nothing to do."""
    return _claimable(_now()).exists()


@transaction.atomic
def claim(job_id: UUID | None = None) -> Lease | None:
    """Lease one due job, the given one if it can be had; None when there is none or somebody else was faster."""
    now = _now()
    due = _claimable(now)
    job = None
    if job_id:
        job = due.filter(pk=job_id).select_for_update(skip_locked=True, of=("self",)).first()
    job = job or due.select_for_update(skip_locked=True, of=("self",)).first()
    if job is None:
        return None
    token = secrets.token_hex(16)
    claimed = Job.objects.filter(pk=job.pk, state=State.QUEUED).update(
        state=State.RUNNING,
        attempt=F("attempt") + 1,
        token=token,
        lease_until=_lease_from(now),
        started_at=now,
        progress=0,
        phase="Starting",
        error="",
    )
    if not claimed:
        return None
    return Lease(Job.objects.select_related("project", "requested_by").get(pk=job.pk), token)


def heartbeat(lease: Lease, *, phase: str | None = None, percent: int | None = None, lines: Iterable[str] = ()) -> Beat:
    """Extend a lease, saying how far the work is; a lease that was lost writes nothing."""
    said: dict[str, object] = {}
    if phase is not None:
        said["phase"] = phase[:120]
    if percent is not None:
        said["progress"] = max(0, min(99, percent))
    with transaction.atomic():
        if not _held(lease).update(lease_until=_lease_from(_now()), **said):
            return Beat(is_held=False, is_cancelled=False)
        _write_log(lease.job, lines)
    return look(lease)


def look(lease: Lease) -> Beat:
    """Read whether a lease still holds and whether to stop, without extending it."""
    asked = _held(lease).values_list("cancel_requested", flat=True).first()
    return Beat(is_held=asked is not None, is_cancelled=bool(asked))


@transaction.atomic
def finish(lease: Lease, save: Callable[[], None], *, lines: Iterable[str] = ()) -> None:
    """End a job well and save what it produced, both or neither.

    Raises Fenced when the lease was lost and Cancelled when somebody asked to stop; nothing is saved then.
    """
    row = _held(lease).filter(cancel_requested=False)
    if not row.update(state=State.SUCCEEDED, progress=100, phase="", **_ended()):
        if look(lease).is_cancelled:
            raise Cancelled
        raise Fenced
    _write_log(lease.job, lines)
    save()


@transaction.atomic
def fail(lease: Lease, reason: str, *, lines: Iterable[str] = ()) -> None:
    """End a job badly, saying why; raises Fenced when the lease was lost."""
    if not _held(lease).update(state=State.FAILED, error=reason, **_ended()):
        raise Fenced
    _write_log(lease.job, lines)
    _tell_failure(lease.job, reason)


@transaction.atomic
def cancel(lease: Lease, *, lines: Iterable[str] = ()) -> None:
    """End a job because somebody asked; raises Fenced when the lease was lost."""
    if not _held(lease).update(state=State.CANCELLED, phase="", **_ended()):
        raise Fenced
    _write_log(lease.job, lines)
    _tell_cancel(lease.job)


def retry(lease: Lease, reason: str, *, lines: Iterable[str] = ()) -> None:
    """Put a job back for another attempt, later each time; after the last attempt it fails with this reason."""
    lines = list(lines)
    if lease.job.attempt >= lease.job.max_attempts:
        return fail(lease, reason, lines=lines)
    with transaction.atomic():
        if not _held(lease).update(**_requeued(lease.job.attempt), error=reason):
            raise Fenced
        _write_log(lease.job, lines)
    return None


def release(lease: Lease) -> bool:
    """Give a job back untried, because its worker is being stopped; False when the lease was lost already."""
    waiting = {"attempt": F("attempt") - 1, "not_before": _now(), "state": State.QUEUED}
    return bool(_held(lease).update(**waiting, token="", lease_until=None, progress=0, phase=""))


def sweep() -> int:
    """Settle every job whose worker stopped answering, and say how many there were."""
    expired = Job.objects.filter(state=State.RUNNING, lease_until__lt=_now()).select_related("project", "requested_by")
    settled = 0
    for job in expired:
        try:
            settled += _settle(job)
        except Exception:  # one job that cannot be settled must not keep the others waiting
            logger.exception("Job %s lost its worker and could not be settled.", job.pk)
    return settled


@transaction.atomic
def _settle(job: Job) -> bool:
    # The token and the time are checked again: the worker may have come back between the read and now.
    row = Job.objects.filter(pk=job.pk, state=State.RUNNING, token=job.token, lease_until__lt=_now())
    if job.cancel_requested:
        if won := row.update(state=State.CANCELLED, phase="", **_ended()):
            _tell_cancel(job)
    elif job.attempt >= job.max_attempts:
        reason = (
            f"The worker died {job.attempt} times while this was at “{job.phase or 'Starting'}”. It will not be tried "
            "again by itself. The worker's own log says why; memory that ran out is the usual cause."
        )
        if won := row.update(state=State.FAILED, error=reason, **_ended()):
            _tell_failure(job, reason)
    elif won := row.update(**_requeued(job.attempt)):
        attempt = f"attempt {job.attempt} of {job.max_attempts}"
        _write_log(job, [f"The worker stopped answering during {attempt}; the job will be tried again."])
    return bool(won)


# ---------- shared ----------


def _claimable(now: datetime) -> QuerySet[Job]:
    running = (
        Job.objects.filter(project=OuterRef("project"), state=State.RUNNING)
        .order_by()
        .values("project")
        .annotate(count=Count("pk"))
        .values("count")
    )
    busy = Coalesce(Subquery(running, output_field=IntegerField()), 0)
    return (
        Job.objects.filter(state=State.QUEUED, not_before__lte=now, kind__in=list(HANDLERS))
        .annotate(busy=busy)
        .filter(busy__lt=settings.JOBS_PER_PROJECT)
        # The project with the fewest running jobs comes first, so that no project keeps the others waiting.
        .order_by("-priority", "busy", "created_at")
    )


def _held(lease: Lease) -> QuerySet[Job]:
    return Job.objects.filter(pk=lease.job.pk, token=lease.token, state=State.RUNNING)


def _ended() -> dict[str, object]:
    return {"token": "", "lease_until": None, "finished_at": _now()}


def _requeued(attempt: int) -> dict[str, object]:
    # Jitter: jobs that died together must not come back together. It protects nothing, so it need not be secret.
    wait = min(LONGEST_BACKOFF, 2**attempt) * random.uniform(1.0, 1.25)  # noqa: S311
    return {
        "state": State.QUEUED,
        "token": "",
        "lease_until": None,
        "not_before": _now() + timedelta(seconds=wait),
        "progress": 0,
        "phase": "",
    }


def _lease_from(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _write_log(job: Job, lines: Iterable[str]) -> None:
    LogLine.objects.bulk_create(LogLine(job=job, text=line[:1000]) for line in lines)


def _tell_failure(job: Job, reason: str) -> None:
    if handler := handler_of(job.kind):
        handler.on_failure(job, reason)


def _tell_cancel(job: Job) -> None:
    if handler := handler_of(job.kind):
        handler.on_cancel(job)


def _now() -> datetime:
    # Workers on several machines share one PostgreSQL, and its clock; SQLite serves one machine.
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
