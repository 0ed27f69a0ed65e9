"""What becomes of a job when its worker is killed, or asked to stop, in the middle: real processes, real signals."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.models import Job
from tests.factories.jobs import JobFactory
from tests.workers import PATIENCE_SECONDS, Worker, kill, real_workers, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Starts workers that know the tests' own kind of job."""
    with real_workers(tmp_path, app="tests.integration.jobs.real_worker") as start:
        yield start


def test_a_job_whose_worker_is_killed_finishes_once_on_another(
    start_worker: Callable[[], Worker], tmp_path: Path
) -> None:
    job = JobFactory()
    before = job.project.purpose
    first = start_worker()
    wait_until((tmp_path / "begun-1").exists)
    kill(first)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.RUNNING, 1)

    (tmp_path / "go").touch()
    start_worker()
    wait_until(lambda: Job.objects.get(pk=job.pk).is_over)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error) == (Job.State.SUCCEEDED, 2, "")
    job.project.refresh_from_db()
    assert job.project.purpose == f"{before}+2"
    assert "stopped answering during attempt 1 of 3" in job.log.get().text


def test_a_worker_that_is_asked_to_stop_hands_its_job_back_untried(
    start_worker: Callable[[], Worker], tmp_path: Path
) -> None:
    job = JobFactory()
    worker = start_worker()
    wait_until((tmp_path / "begun-1").exists)
    worker.send_signal(signal.SIGTERM)
    worker.wait(timeout=PATIENCE_SECONDS)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.token) == (Job.State.QUEUED, 0, "")
