"""Starting and stopping the embedded server that the demo and the benchmarks talk to."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_SECONDS = 90
STOP_SECONDS = 40
# Choices of a real installation, which a throw-away server must not follow to its database or files.
DEPLOYMENT = ("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")


class CannotStart(Exception):
    """The server did not come up; the message says why."""


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def tail(self, lines: int = 15) -> str:
        """The end of what it wrote."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def wait_until_ready(self) -> None:
        """Return when it answers; raises CannotStart."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise CannotStart(f"The server ended while starting:\n{self.tail()}")
            try:
                if requests.get(f"{self.url}/healthz", timeout=2).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.2)
        raise CannotStart(f"The server did not answer within {START_SECONDS} seconds:\n{self.tail()}")


def throw_away_settings(data: Path) -> None:
    """Point this process, and everything it starts, at a data folder of its own."""
    for name in [name for name in os.environ if name.startswith("TENET_") or name in DEPLOYMENT]:
        del os.environ[name]
    os.environ |= {"TENET_DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def require_free_port(port: int) -> None:
    """Raise CannotStart for a port that is taken, before anything is changed."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CannotStart(f"Cannot listen on {HOST}, port {port}: {error}. Choose another with PORT=…") from error


@contextmanager
def running(log: Path, *, port: int) -> Iterator[Running]:
    """The embedded server on this machine only, to the end of the block, whatever ends that; it may still be starting."""
    # Tied to us, so that it cannot outlive a demo that was killed; in a session of its own, so that Ctrl-C reaches us
    # alone and we stop it in order.
    tie = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    command = [*tie, sys.executable, "-m", "config.serving", "--host", HOST, "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        yield Running(f"http://{HOST}:{port}", process, log)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
