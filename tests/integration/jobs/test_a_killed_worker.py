"""What becomes of a job when its worker is killed, or asked to stop, in the middle: real processes, real signals."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from jobs.models import Job
from tests.factories.jobs import JobFactory

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 90
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Start]:
    """Starts real workers on the test's own database, with leases short enough to wait for."""
    begun: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TENET_DATA": str(tmp_path),
        "DATABASE_URL": _database_url(),
        "CELERY_BROKER_URL": os.environ.get("TENET_TEST_BROKER_URL", ""),
        "TENET_JOB_LEASE_SECONDS": "3",
        "TENET_JOB_HEARTBEAT_SECONDS": "1",
        "TENET_JOB_SWEEP_SECONDS": "1",
        "TENET_JOB_GRACE_SECONDS": "1",
    }

    def start() -> subprocess.Popen[bytes]:
        module = "tests.integration.jobs.real_worker"
        command = [sys.executable, "-m", "celery", "-A", module, "--quiet", "worker", "--loglevel", "WARNING"]
        begun.append(subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, start_new_session=True))
        return begun[-1]

    yield start
    for worker in begun:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def test_a_job_whose_worker_is_killed_finishes_once_on_another(start_worker: Start, tmp_path: Path) -> None:
    job = JobFactory()
    before = job.project.purpose
    first = start_worker()
    wait_until((tmp_path / "begun-1").exists)
    first.send_signal(signal.SIGKILL)
    first.wait()
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.RUNNING, 1)

    (tmp_path / "go").touch()
    start_worker()
    wait_until(lambda: _fresh(job).is_over)
    assert (job.state, job.attempt, job.error) == (Job.State.SUCCEEDED, 2, "")
    job.project.refresh_from_db()
    assert job.project.purpose == f"{before}+2"
    assert "stopped answering during attempt 1 of 3" in job.log.get().text


def test_a_worker_that_is_asked_to_stop_hands_its_job_back_untried(start_worker: Start, tmp_path: Path) -> None:
    job = JobFactory()
    worker = start_worker()
    wait_until((tmp_path / "begun-1").exists)
    worker.send_signal(signal.SIGTERM)
    worker.wait(timeout=PATIENCE_SECONDS)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.token) == (Job.State.QUEUED, 0, "")


def wait_until(is_so: Callable[[], Any]) -> None:
    """Look again and again, and give up only when something must be broken."""
    pause = threading.Event()
    limit = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < limit, "It did not happen."
        pause.wait(0.05)


def _fresh(job: Job) -> Job:
    job.refresh_from_db()
    return job


def _database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    host, port = database["HOST"], database["PORT"]
    who = f"{database['USER']}:{database['PASSWORD']}@" if database["USER"] else ""
    place = f"{who}{'' if host.startswith('/') else host}{f':{port}' if port else ''}"
    socket = f"?host={host}" if host.startswith("/") else ""
    return f"postgres://{place}/{database['NAME']}{socket}"
