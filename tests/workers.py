"""Real workers in processes of their own, on the test's database and files, that a test may kill."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

PATIENCE_SECONDS = 120
Worker = subprocess.Popen[bytes]


@contextmanager
def real_workers(folder: Path, app: str = "config.celery") -> Iterator[Callable[[], Worker]]:
    """Starts workers whose leases are short enough to wait for; none is left afterwards."""
    begun: list[Worker] = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TENET_DATA": str(folder),
        "TENET_STORAGE_URL": f"file://{settings.STORAGES['content']['OPTIONS']['location']}",
        "DATABASE_URL": _database_url(),
        "CELERY_BROKER_URL": os.environ.get("TENET_TEST_BROKER_URL", ""),
        "TENET_JOB_LEASE_SECONDS": "3",
        "TENET_JOB_HEARTBEAT_SECONDS": "1",
        "TENET_JOB_SWEEP_SECONDS": "1",
        "TENET_JOB_GRACE_SECONDS": "1",
    }

    def start() -> Worker:
        command = [sys.executable, "-m", "celery", "-A", app, "--quiet", "worker", "--loglevel", "WARNING"]
        begun.append(subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, start_new_session=True))
        return begun[-1]

    try:
        yield start
    finally:
        for worker in begun:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()


def kill(worker: Worker) -> None:
    """End a worker as a power cut would."""
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def wait_until(is_so: Callable[[], Any]) -> None:
    """Look again and again, and give up only when something must be broken."""
    pause = threading.Event()
    limit = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < limit, "It did not happen."
        pause.wait(0.05)


def _database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    host, port = database["HOST"], database["PORT"]
    who = f"{database['USER']}:{database['PASSWORD']}@" if database["USER"] else ""
    place = f"{who}{'' if host.startswith('/') else host}{f':{port}' if port else ''}"
    socket = f"?host={host}" if host.startswith("/") else ""
    return f"postgres://{place}/{database['NAME']}{socket}"
