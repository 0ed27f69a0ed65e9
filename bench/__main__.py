"""`make bench`: every benchmark, one line each."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.lines import Line
from bench.memory import Held, held_by
from samples import main_path, server

IDLE_SECONDS = 3


def main() -> int:
    """Print a line as soon as it is known."""
    load = os.getloadavg()[0]
    print(f"On {os.cpu_count()} processors; load before the start {load:.1f} (a busy machine makes every time longer).")
    with tempfile.TemporaryDirectory(prefix="tenet-bench-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        server.throw_away_settings(data)
        for line in measured(Path(folder)):
            print(line, flush=True)
    print(f"Load at the end {os.getloadavg()[0]:.1f}.")
    return 0


def measured(folder: Path) -> Iterator[Line]:
    """Every figure: first those that need a server, then those of its database, then the million rows."""
    began = time.monotonic()
    with server.running(folder / "server.log", port=server.free_port()) as running:
        running.wait_until_ready()
        yield Line("server, from nothing to its first answer", time.monotonic() - began, "s")
        yield _memory("web and worker, idle after the start", running)
        began = time.monotonic()
        main_path.walk(running.url, documents=folder, tell=lambda who, what: None)
        yield Line("main path of the demo, both samples", time.monotonic() - began, "s", 30)
        yield _memory("web and worker, idle after the main path", running)
    # The rooms' models exist from here on: walking the main path has set Django up.
    from bench import journal, pages, printing, returns  # noqa: PLC0415

    yield from printing.lines()
    yield from pages.lines()
    yield from journal.lines()
    yield from returns.lines()
    yield from _apart("bench.mlflow")
    yield from _scale()
    yield from _predictions()
    yield from _profiles("csv", seconds=90)
    yield from _profiles("parquet", seconds=30)


def _memory(name: str, running: server.Running) -> Line:
    time.sleep(IDLE_SECONDS)
    held: Held = held_by(running.process.pid)
    beside = f"{held.shared_out:.0f} MB with shared pages counted once, {held.processes} processes"
    return Line(f"{name}, resident", held.resident, "MB", 800, beside)


def _scale() -> Iterator[Line]:
    # Programs of their own: a process has one database, and the one above holds the samples.
    alone = [sys.executable, "-m", "bench.scale"]
    for command in (alone, [sys.executable, "scripts/with_services.py", *alone, "postgresql"]):
        run = subprocess.run(command, stdout=subprocess.PIPE, check=False, cwd=server.ROOT)
        found = [line for line in run.stdout.splitlines() if line.startswith(b"{")]
        if run.returncode and not found:
            print("The full portfolio was not measured on PostgreSQL, which cannot be reached here.", flush=True)
        yield from (Line(**json.loads(line)) for line in found)


def _apart(program: str) -> Iterator[Line]:
    # It brings servers and databases of its own, and prints each line as soon as it is known.
    with subprocess.Popen([sys.executable, "-m", program], stdout=subprocess.PIPE, cwd=server.ROOT) as run:
        for line in run.stdout or ():
            yield Line(**json.loads(line))


def _predictions() -> Iterator[Line]:
    # A program of its own, because peak memory is counted per process.
    run = subprocess.run(
        [sys.executable, "-m", "bench.predictions"], stdout=subprocess.PIPE, check=True, cwd=server.ROOT
    )
    found = json.loads(run.stdout.splitlines()[-1])
    beside = (
        f"CPU {found['cpu_seconds']:.1f} s, {found['results']:.0f} results with 95 % intervals; plain scikit-learn, points "
        f"of the whole only: {found['plain_seconds']:.1f} s; receiving and checking the file: {found['receive_seconds']:.1f} s"
    )
    yield Line("evaluation of 1,000,000 predictions", found["seconds"], "s", 15, beside)
    yield Line("evaluation of 1,000,000 predictions, peak memory", found["peak_mb"], "MB", 1_500)


def _profiles(file_format: str, *, seconds: float) -> Iterator[Line]:
    # As above, and a file of each format is written first, which takes half a minute and is not counted.
    run = subprocess.run(
        [sys.executable, "-m", "bench.profiles", file_format], stdout=subprocess.PIPE, check=True, cwd=server.ROOT
    )
    found = json.loads(run.stdout.splitlines()[-1])
    name = f"profile of 5,000,000 rows, {found['columns']} columns, {file_format}"
    beside = f"{found['megabytes']:,.0f} MB, CPU {found['cpu_seconds']:.1f} s"
    yield Line(name, found["seconds"], "s", seconds, beside)
    yield Line(f"{name}, peak memory", found["peak_mb"], "MB", 1_200)
    beside = f"received, hashed, checked to its end, schema read off; peak memory {found['upload_peak_mb']:,.0f} MB"
    yield Line(f"the same file's upload, {file_format}", found["upload_seconds"], "s", beside=beside)


if __name__ == "__main__":
    sys.exit(main())
