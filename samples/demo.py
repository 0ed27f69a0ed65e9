"""`make demo`: a server of its own, the main path on it, and then the result to look at.

Everything is kept in var/demo/, which is emptied first; nothing else is touched.
"""

import argparse
import fcntl
import os
import shutil
import signal
import sys
import threading
import time
from types import FrameType

from samples import server

FOLDER = server.ROOT / "var" / "demo"
DATA = FOLDER / "data"


class InUse(Exception):
    """Another demo runs in the same folder."""


def empty_folder() -> None:
    """Start afresh; raises InUse instead of pulling the floor from under a demo that still serves."""
    DATA.mkdir(parents=True, exist_ok=True)
    with (DATA / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InUse(f"A demo is still being served from {FOLDER}. Stop it with Ctrl-C, then try again.") from error
        shutil.rmtree(FOLDER)
    DATA.mkdir(parents=True, mode=0o700)


class Teller:
    """Prints a line for every step, with the seconds since the start."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._lock = threading.Lock()

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.began

    def __call__(self, who: str, what: str) -> None:
        with self._lock:
            print(f"{self.seconds:6.1f} s  ✓ {who}: {what}", flush=True)


def run(*, port: int, is_served: bool) -> int:
    """Walk the main path, then serve its result or end; returns the exit status."""
    server.require_free_port(port)
    empty_folder()
    server.throw_away_settings(DATA)
    tell = Teller()
    with server.running(FOLDER / "server.log", port=port) as running:
        # One thread for each of the two samples: more would only wait for each other.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # Here, because scikit-learn takes seconds to import, in which the server starts.
        from samples import main_path  # noqa: PLC0415

        try:
            running.wait_until_ready()
            tell("server", f"web, worker and schedule answer at {running.url}")
            people, projects = main_path.walk(running.url, documents=FOLDER, tell=tell)
        except (server.CannotStart, *main_path.FAILURES) as reason:
            print(f"{tell.seconds:6.1f} s  ✗ {reason}\n\nThe server said last:\n{running.tail()}", file=sys.stderr)
            return 1
        print(f"\nThe main path took {tell.seconds:.1f} s. Documents:")
        for path in sorted(FOLDER.glob("*.pdf")):
            print(f"  {path.relative_to(server.ROOT)}")
        print("\nPeople of the demo; their passwords are kept nowhere else:")
        for person in people.values():
            print(f"  {person.does:14} {person.username:8} {person.password}   {person.name}, {person.title}")
        if is_served:
            _serve(running, projects)
        else:
            print(f"\nTo look at it: TENET_DATA={DATA.relative_to(server.ROOT)} make run")
    return 0


def _serve(running: server.Running, projects: list[str]) -> None:
    print(f"\nOpen {running.url}/ and sign in as any of them. Stop with Ctrl-C.")
    for project in projects:
        print(f"  {running.url}/p/{project}/")
    sys.stdout.flush()
    try:
        running.process.wait()
    except KeyboardInterrupt:
        print("\nStopping.")


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Run Tenet's main path on real data.")
    parser.add_argument("--port", type=int, default=8000, help="where to serve the result (default: %(default)s)")
    parser.add_argument("--no-serve", action="store_true", help="end when the path is done")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    try:
        return run(port=server.free_port() if options.no_serve else options.port, is_served=not options.no_serve)
    except (InUse, server.CannotStart) as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
