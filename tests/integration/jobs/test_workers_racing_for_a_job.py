"""Races between workers that have connections, and transactions, of their own."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from canvas.models import Project
from jobs import runner, services
from jobs.handlers import Progress
from jobs.models import Job
from tests.factories.canvas import ProjectFactory
from tests.factories.jobs import JobFactory, RecordingHandler, offered

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(count: int, do: Callable[[], Any]) -> list[Any]:
    """Run something in so many threads, let go together; returns what each came back with."""
    gate = threading.Barrier(count)
    results: list[Any] = []

    def run() -> None:
        try:
            gate.wait(timeout=10)
            results.append(do())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_of_many_workers_gets_the_job() -> None:
    job = JobFactory()
    with offered(RecordingHandler()):
        leases = all_at_once(6, services.claim)
    won = [lease for lease in leases if lease]
    assert len(leases) == 6
    assert [lease.job.pk for lease in won] == [job.pk]
    job.refresh_from_db()
    assert (job.token, job.attempt) == (won[0].token, 1)


def test_many_workers_take_different_jobs() -> None:
    jobs = {JobFactory(project=ProjectFactory()).pk for _ in range(4)}
    with offered(RecordingHandler()):
        leases = all_at_once(4, services.claim)
    assert {lease.job.pk for lease in leases if lease} == jobs


def test_a_job_that_two_workers_believe_to_hold_is_finished_once() -> None:
    job = JobFactory()
    before = job.project.purpose
    with offered(RecordingHandler()):
        slow = services.claim()
        assert slow is not None
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        services.sweep()
        Job.objects.update(not_before=timezone.now())
        quick = services.claim()
    assert quick is not None
    outcomes = []
    for lease in (slow, quick):
        try:
            services.finish(lease, lambda: _add_to_purpose(job))
            outcomes.append("saved")
        except services.Fenced:
            outcomes.append("refused")
    assert outcomes == ["refused", "saved"]
    assert Project.objects.get(pk=job.project_id).purpose == f"{before}+"


def test_many_sweeps_settle_a_dead_workers_job_once() -> None:
    job = JobFactory(attempt=0)
    with offered(RecordingHandler()):
        services.claim()
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert sum(all_at_once(4, services.sweep)) == 1
    job.refresh_from_db()
    assert (job.state, job.log.count()) == (Job.State.QUEUED, 1)


def test_the_heartbeat_of_a_silent_handler_carries_word_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "TICK_SECONDS", 0.02)
    job = JobFactory()
    seen: list[tuple[str, int]] = []
    told = threading.Event()

    def compute(job: Job, progress: Progress) -> None:
        progress.report("Counting", 40)
        while progress.is_wanted():
            told.wait(0.01)

    handler = RecordingHandler(compute)
    with offered(handler):
        worker = threading.Thread(target=lambda: (runner.run_next(), connection.close()))
        worker.start()
        while not seen:
            told.wait(0.02)
            job.refresh_from_db()
            if job.phase == "Counting":
                seen.append((job.phase, job.progress))
        services.request_cancel(job, by=job.requested_by)
        worker.join(timeout=20)
    job.refresh_from_db()
    assert seen == [("Counting", 40)]
    assert (job.state, handler.cancellations) == (Job.State.CANCELLED, 1)


def _add_to_purpose(job: Job) -> None:
    project = Project.objects.get(pk=job.project_id)
    Project.objects.filter(pk=project.pk).update(purpose=f"{project.purpose}+")
