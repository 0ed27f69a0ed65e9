"""The servers that are compared, each with a folder and a database of its own on this machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from bench.memory import Held, held_by
from samples import server as tenet

START_SECONDS = 180


@dataclass
class Contestant:
    """A server that answers MLflow's clients."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    start_seconds: float
    headers: dict[str, str] = field(default_factory=dict)

    def held(self) -> Held:
        """The memory of the server and everything it started."""
        return held_by(self.process.pid)


@contextmanager
def mlflow_server(folder: Path, *, name: str, options: tuple[str, ...] = ()) -> Iterator[Contestant]:
    """An unmodified `mlflow server` on SQLite."""
    port = tenet.free_port()
    command = [
        str(Path(sys.executable).with_name("mlflow")), "server", "--host", tenet.HOST, "--port", str(port),
        "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--artifacts-destination", str(folder / "files"),
        *options,
    ]  # fmt: skip
    env = {key: value for key, value in os.environ.items() if not key.startswith(("TENET_", "DJANGO_", "MLFLOW_"))}
    env |= {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    with _answering(name, command, port=port, log=folder / "server.log", env=env) as contestant:
        yield contestant


@contextmanager
def tenet_server(folder: Path) -> Iterator[Contestant]:
    """Tenet's embedded server on SQLite; the environment names its data folder, which is prepared."""
    port = tenet.free_port()
    command = [sys.executable, "-m", "config.serving", "--host", tenet.HOST, "--port", str(port)]
    with _answering("Tenet", command, port=port, log=folder / "server.log", env=dict(os.environ)) as contestant:
        yield contestant


@contextmanager
def _answering(name: str, command: list[str], *, port: int, log: Path, env: dict[str, str]) -> Iterator[Contestant]:
    began = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=tenet.ROOT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, env=env
        )
    try:
        url = f"http://{tenet.HOST}:{port}"
        while not _is_up(url):
            if process.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise tenet.CannotStart(f"{name} did not come up: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)
        yield Contestant(name, url, process, time.monotonic() - began)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).ok
    except requests.RequestException:
        return False
