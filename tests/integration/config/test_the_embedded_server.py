"""One command serves pages and works on jobs, mends itself, and stops as a whole."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

# It brings its own database along.
pytestmark = pytest.mark.any_database

SECONDS_TO_STOP = 40


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    ours = ("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"TENET_DATA": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "config.settings"}


@pytest.fixture
def server(environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "config.serving", "--port", str(port)],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()  # type: ignore[union-attr]  # it is a pipe


def heard(server: subprocess.Popen[str], words: str) -> str:
    """The next line that holds these words; fails when the server ends before it says them."""
    for line in server.stdout or ():
        if words in line:
            return line
    pytest.fail(f"The server ended and never said {words!r}.")


def process_in(line: str) -> int:
    return int(line.split("(process ")[1].rstrip(")\n"))


def status(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
        return response.status


def test_it_serves_mends_itself_and_stops_as_a_whole(server: subprocess.Popen[str], port: int) -> None:
    web = process_in(heard(server, "web started"))
    heard(server, "ready")
    worker = process_in(heard(server, "worker started"))
    assert status(port, "/healthz") == 200
    assert status(port, "/account/login/") == 200

    os.kill(worker, signal.SIGKILL)
    heard(server, "worker ended with status -9")
    successor = process_in(heard(server, "worker started"))
    assert successor != worker

    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=SECONDS_TO_STOP) == 0
    for process in (web, successor):
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_taken_port_is_refused_before_anything_starts(environment: dict[str, str], port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        ended = subprocess.run(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert f"Cannot listen on 127.0.0.1, port {port}" in ended.stderr
    assert not (Path(environment["TENET_DATA"]) / "tenet.sqlite3").exists()
