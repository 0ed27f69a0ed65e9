"""A web process as people run it, with a data folder and a database of its own, asked over real sockets."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

PROXY = "/api/2.0/mlflow-artifacts/artifacts"
SETUP = """
import django; django.setup()
from datetime import timedelta
from accounts.models import User
from accounts.services import create_token
from canvas.models import Membership, Project
from registry.models import Experiment, Run
person = User.objects.create(username="ann")
project = Project.objects.create(name="Triage", slug="triage", created_by=person)
Membership.objects.create(project=project, user=person, role="owner")
experiment = Experiment.objects.create(project=project, name="candidates")
run = Run.objects.create(experiment=experiment, name="first", created_by=person, status="RUNNING")
_, secret = create_token(person, project_id=project.pk, name="tests", lifetime=timedelta(days=1))
print(secret, f"{experiment.pk}/{run.run_id}/artifacts")
"""


@dataclass(frozen=True)
class Served:
    """A server that answers, and what a client of its one run needs."""

    port: int
    process: int
    folder: Path
    secret: str
    root: str

    def say(self, request: bytes, *, then_close: bool = False) -> bytes:
        """Send bytes as they are, and read the answer until the server ends it or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            if then_close:
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while piece := connection.recv(65536):
                    answer += piece
                    if _is_complete(answer):
                        break
            except TimeoutError:
                pass
            return answer

    def head(self, method: str, path: str, *headers: str) -> bytes:
        """The beginning of a request."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {self.secret}", *headers]
        return "\r\n".join([*lines, "", ""]).encode()

    def peak(self) -> int:
        """The most memory that the web process ever held, in MiB."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) // 1024

    def kept(self) -> list[Path]:
        """Every file that lies in the storage, with what is still arriving."""
        return [path for path in (self.folder / "content").rglob("*") if path.is_file()]


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[Served]:
    """Start a web process, and stop it in the end."""
    ours = ("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {"TENET_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": "."} | more
    how = {"cwd": settings.BASE_DIR, "env": environment}
    _make_database(folder / "tenet.sqlite3")
    told = subprocess.run(  # type: ignore[call-overload]
        [sys.executable, "-c", SETUP], check=False, capture_output=True, text=True, **how
    )
    assert told.returncode == 0, told.stderr
    secret, root = told.stdout.split()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "4",
        "--log-level",
        "error",
    ]
    command += [
        "--worker-class",
        "gthread",
        "--no-control-socket",
        "--graceful-timeout",
        "2",
        "config.wsgi:application",
    ]
    server = subprocess.Popen(command, **how)  # type: ignore[call-overload]
    try:
        _wait(port)
        children = subprocess.run(["pgrep", "-P", str(server.pid)], check=True, capture_output=True, text=True)
        yield Served(port, int(children.stdout.split()[0]), folder, secret, root)
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _make_database(file: Path) -> None:
    # The tests' own database is migrated already, and empty but for what migrations write.
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as ours, closing(sqlite3.connect(file)) as theirs:
        ours.backup(theirs)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
        except OSError:
            # It is not there yet, or takes the connection while it still loads on a busy machine.
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("The server does not answer.")


def _is_complete(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return False
