"""The embedded server: keeps a web process, a worker and the schedule running, and stops them together.

It reads the settings and loads no room: it lives as long as the server does, and would otherwise hold everything in
memory a third time. What takes long to load is loaded when pages are being served already.
"""

import argparse
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.utils.log import configure_logging

from config import environment, preparation

# A process that dies this often, this quickly, will not get better by being started again.
DEATHS_TO_GIVE_UP = 5
DEATHS_WITHIN_SECONDS = 60.0
GRACE_SECONDS = 25.0
# Listening on every address includes this one.
OWN_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  only looked up here

Say = Callable[[str], None]


class CannotServe(Exception):
    """The server cannot run; the message says why, and what to do."""


@contextmanager
def sole_use_of(folder: Path) -> Iterator[None]:
    """Hold a data folder for one server, however that server ends."""
    with open(folder / "serve.lock", "a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotServe(
                f"Another Tenet server already uses {folder}. Stop it first, or give this one its own TENET_DATA."
            ) from error
        yield


def require_free_port(host: str, port: int) -> None:
    """Refuse an address that is taken or not ours, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise CannotServe(f"Cannot listen on {host}, port {port}: {error}. Choose another with PORT=…") from error


def answers(host: str, port: int) -> bool:
    """Whether our own pages are served at an address by now."""
    connection = http.client.HTTPConnection(OWN_ADDRESS.get(host, host), port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        # A host name that is not allowed is refused by the application, so that it is there.
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Child:
    """One process of the server, started again when it dies."""

    def __init__(self, name: str, command: list[str], say: Say) -> None:
        self.name = name
        self.command = command
        self._say = say
        self._deaths: list[float] = []
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, tied to ours so that it cannot outlive a killed server."""
        tie = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        # A session of its own: Ctrl-C in the terminal reaches us alone, and we stop the children in order.
        # Celery would load every page to look at it; `make lint` and the tests have done that.
        self._process = subprocess.Popen(
            [*tie, *self.command],
            cwd=settings.BASE_DIR,
            start_new_session=True,
            env=os.environ | {"CELERY_SKIP_CHECKS": "1"},
        )
        self._say(f"{self.name} started (process {self._process.pid})")

    def tend(self) -> None:
        """Start the process again if it has died; raises CannotServe when that has not helped."""
        if self._process is None or (status := self._process.poll()) is None:
            return
        now = time.monotonic()
        self._deaths = [death for death in self._deaths if now - death < DEATHS_WITHIN_SECONDS] + [now]
        if len(self._deaths) >= DEATHS_TO_GIVE_UP:
            raise CannotServe(f"The {self.name} process ended {len(self._deaths)} times in a minute. See its output.")
        self._say(f"{self.name} ended with status {status}")
        self.start()

    def ask_to_stop(self) -> None:
        """Tell the process to finish what it does."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, until: float) -> None:
        """Wait for the process to end, and end it when its time is up."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Server:
    """Web, worker and schedule as one."""

    def __init__(self, web: Child, worker: Child, say: Say, *, is_ready: Callable[[], bool]) -> None:
        self._web, self._worker = web, worker
        self._is_ready = is_ready
        self._schedule: Any = None  # Any: Celery comes without types
        self._say = say
        self._stopping = threading.Event()

    def run(self) -> None:
        """Serve until a signal asks us to stop."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        try:
            self._web.start()
            self._wait_for_web()
            self._worker.start()
            self._start_schedule()
            while not self._stopping.wait(timeout=0.2):
                self._web.tend()
                self._worker.tend()
        finally:
            self._say("stopping")
            self._end()

    def _wait_for_web(self) -> None:
        # Somebody waits for the first page, and nobody for the worker, which would take the processor from it.
        while not self._is_ready():
            if self._stopping.wait(timeout=0.05):
                return
            self._web.tend()
        self._say("ready")

    def _start_schedule(self) -> None:
        if self._stopping.is_set():
            return
        from celery.beat import EmbeddedService  # noqa: PLC0415  takes longer to load than all of this program

        from config.celery import app  # noqa: PLC0415  as above

        self._schedule = EmbeddedService(app, thread=True)
        self._schedule.start()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _end(self) -> None:
        self._web.ask_to_stop()
        self._worker.ask_to_stop()
        if self._schedule is not None and self._schedule.is_alive():
            self._schedule.stop()
        until = time.monotonic() + GRACE_SECONDS
        self._web.wait(until)
        self._worker.wait(until)


def web_command(host: str, port: int, *, processes: int, threads: int) -> list[str]:
    """How the web process is started."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--bind", address, "--workers", str(processes), "--threads", str(threads), "--worker-class", "gthread"]
    # A training script pauses between its requests, and a connection that is closed meanwhile may take one with it; its
    # searches of versions stand in the address, however many runs they name.
    patient = ["--keep-alive", "20", "--limit-request-line", "8190"]
    quiet = ["--log-level", "warning", "--no-control-socket", "--graceful-timeout", "10", "--timeout", "120"]
    return [sys.executable, "-m", "gunicorn", *options, *patient, *quiet, "config.wsgi:application"]


def say(text: str) -> None:
    """Tell whoever started the server what happens."""
    sys.stdout.write(f"tenet: {text}\n")
    sys.stdout.flush()


def command_line(host: str, port: int) -> list[str]:
    """How this program is started."""
    return [sys.executable, "-m", "config.serving", "--host", host, "--port", str(port)]


def worker_command() -> list[str]:
    """How the worker is started; how many jobs it runs at once is a setting."""
    quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [sys.executable, "-m", "celery", "-A", "config.celery", "--quiet", "worker", *quiet]


def main() -> int:
    """Serve until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    parser = argparse.ArgumentParser(prog="config.serving", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default: %(default)s)")
    where = parser.parse_args()
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    web = web_command(
        where.host,
        where.port,
        processes=environment.whole_number("TENET_WEB_PROCESSES", default=1),
        threads=environment.whole_number("TENET_WEB_THREADS", default=16),
    )
    try:
        require_free_port(where.host, where.port)
        with sole_use_of(settings.DATA_DIR):
            if preparation.is_needed():
                preparation.prepare()
            if not preparation.has_people():
                say("nobody can sign in yet: make an administrator with")
                say("    .venv/bin/python manage.py create_user NAME --site-role administrator")
            host = f"[{where.host}]" if ":" in where.host else where.host
            say(f"serving on http://{host}:{where.port}/ (stop with Ctrl-C)")
            children = (Child("web", web, say), Child("worker", worker_command(), say))
            Server(*children, say, is_ready=partial(answers, where.host, where.port)).run()
    except (CannotServe, preparation.CannotPrepare) as reason:
        sys.stderr.write(f"tenet: {reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
