"""Uploads and profiles five million rows as a web process and a worker do, from CSV or from Parquet.

A program of its own, so that its peak memory is its own: `python -m bench.profiles csv` prints one JSON object.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import django
import numpy as np
import pyarrow as pa
from django.core.management import call_command
from pyarrow import csv, parquet

from samples.server import throw_away_settings

ROWS = 5_000_000
PIECE = 500_000


def main(file_format: str) -> int:
    """Make the rows, upload and profile them, and print seconds and megabytes."""
    with tempfile.TemporaryDirectory(prefix="tenet-bench-") as folder:
        throw_away_settings(Path(folder))
        os.environ["TENET_LOG_LEVEL"] = "WARNING"
        django.setup()
        call_command("migrate", verbosity=0)
        path = Path(folder) / f"rows.{file_format}"
        # Another process writes the file, because its memory is not what is measured.
        if not (child := os.fork()):
            write(path)
            os._exit(0)
        os.waitpid(child, 0)
        found = {"megabytes": path.stat().st_size / 1e6} | profiled(path)
    print(json.dumps(found | {"peak_mb": _own_peak()}))
    return 0


def write(path: Path) -> None:
    """Twenty columns of mixed types: about a gigabyte as CSV."""
    draw = np.random.default_rng(7)
    writer = None
    for start in range(0, ROWS, PIECE):
        table = piece(draw, start)
        if writer is None:
            make = csv.CSVWriter if path.suffix == ".csv" else parquet.ParquetWriter
            writer = make(str(path), table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def piece(draw: np.random.Generator, start: int) -> pa.Table:
    """Some of the rows."""
    size, at = PIECE, np.arange(start, start + PIECE)
    label = draw.random(size) < 0.2
    words = {
        "country": ["DE", "FR", "PL", "NL", "IT", "ES", "NA"],
        "channel": ["web", "branch", "phone", "partner"],
        "segment": [f"segment {number}" for number in range(200)],
        "comment": [f"free text number {number} about the case, with some words" for number in range(20_000)],
    }
    numbers = {
        "income": np.round(draw.lognormal(10, 1, size), 2),
        "ratio": np.round(draw.random(size), 6),
        "score": np.round(draw.normal(0.8 * label, 1), 5),
        "latitude": np.round(draw.uniform(45, 55, size), 5),
        "longitude": np.round(draw.uniform(5, 15, size), 5),
        "visits": draw.poisson(3, size),
        "age": draw.integers(18, 95, size),
    }
    seconds = 1_600_000_000 + 7 * at
    return pa.table(
        {
            "row_id": at,
            "device": [f"{number:016x}" for number in draw.integers(0, 2**62, size).tolist()],
            "when": pa.array(seconds, pa.timestamp("s")),
            "day": pa.array((18_000 + at // 5_000).astype(np.int32), pa.date32()),
            **numbers,
            "temperature": pa.array(np.round(draw.normal(15, 8, size), 1), mask=draw.random(size) < 0.05),
            "amount": pa.array(np.round(draw.gamma(2, 50, size), 2), mask=draw.random(size) < 0.02),
            **{name: np.array(listed)[draw.integers(0, len(listed), size)] for name, listed in words.items()},
            "postcode": [f"{number:05d}" for number in draw.integers(0, 99_999, size).tolist()],
            "active": draw.random(size) < 0.7,
            "target": label.astype(np.int8),
        }
    )


def profiled(path: Path) -> dict[str, float]:
    """Seconds of the upload, and of the worker from the leased job to the saved profile."""
    from accounts import services as accounts  # noqa: PLC0415  once Django is set up
    from canvas.services import projects  # noqa: PLC0415  as above
    from data.services import datasets, profiles  # noqa: PLC0415  as above
    from jobs import runner  # noqa: PLC0415  as above
    from jobs.models import Job  # noqa: PLC0415  as above

    person = accounts.create_user("bench", password="a-long-enough-password", by=None)
    project = projects.create_project("Bench", by=person)
    began = time.perf_counter()
    with path.open("rb") as file:
        dataset = datasets.upload_dataset(
            project, file=file, file_name=path.name, name="Rows", split_role="train", label_column="target", by=person
        )
    sent = time.perf_counter()
    upload_peak = _own_peak()
    # Only the profile is asked for: the check against the schema is another job.
    dataset.schema_checks.all().delete()
    Job.objects.exclude(kind=profiles.KIND).delete()
    worked = time.process_time()
    started = time.perf_counter()
    runner.run_due()
    ended, worked = time.perf_counter(), time.process_time() - worked
    found = profiles.newest(dataset)
    if found is None:
        raise RuntimeError(Job.objects.get(kind=profiles.KIND).error)
    return {
        "upload_seconds": sent - began,
        "upload_peak_mb": upload_peak,
        "seconds": ended - started,
        "cpu_seconds": worked,
        "rows": found.rows,
        "columns": len(found.columns),
    }


def _own_peak() -> float:
    # VmHWM is this process alone; the usage that the kernel reports would count the forked writer's memory too.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1.024 / 1e3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
