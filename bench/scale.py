"""Pages of a full portfolio: server time and queries against their ceilings, on SQLite or on PostgreSQL.

A program of its own, because a process has one database: prints one JSON object for each line.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from samples.server import throw_away_settings

TARGET = 150
WARM = 30


def main() -> int:
    """Fill a database that is thrown away, then ask for each page; with a word after it, on PostgreSQL."""
    given = os.environ.get("TENET_TEST_DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="tenet-bench-") as folder, ExitStack() as thrown_away:
        throw_away_settings(Path(folder))
        if sys.argv[1:]:
            os.environ["DATABASE_URL"] = thrown_away.enter_context(database_at(given))
        os.environ["TENET_LOG_LEVEL"] = "WARNING"
        django.setup()
        call_command("migrate", verbosity=0)
        for line in lines():
            print(json.dumps(line), flush=True)
        connections.close_all()
    return 0


@contextmanager
def database_at(server: str) -> Iterator[str]:
    """A database of its own on a PostgreSQL server, dropped at the end."""
    name = sql.Identifier(f"tenet_bench_{os.getpid()}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            parts = urlsplit(server)
            yield urlunsplit(parts._replace(path=f"/tenet_bench_{os.getpid()}"))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def lines() -> Iterator[dict[str, Any]]:  # Any: numbers and words
    """How long it takes to fill the database and to work out where its projects stand, and every page."""
    # The rooms' models exist only once Django is set up.
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from bench.portfolio import IDEAS, PROJECTS, REVISIONS, SNAPSHOTS, gather  # noqa: PLC0415
    from canvas.models import Project  # noqa: PLC0415
    from standing.services import refresh  # noqa: PLC0415

    database = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    began = time.perf_counter()
    owner, first = gather()
    filled = time.perf_counter() - began
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    began = time.perf_counter()
    refresh(list(Project.objects.all()))
    stood = time.perf_counter() - began
    scene = f"{PROJECTS} projects, {REVISIONS:,} block revisions, {SNAPSHOTS:,} snapshots, {IDEAS} ideas"
    client = Client()
    client.force_login(owner)
    name = f"portfolio of {PROJECTS}, filled, {database}"
    yield {"name": name, "figure": filled, "unit": "s", "beside": scene}
    done = "every score, level and promise; the schedule does only those that changed"
    yield {"name": f"standings of {PROJECTS} projects, {database}", "figure": stood, "unit": "s", "beside": done}
    for page, address, ceiling in _pages(first.slug):
        yield _line(client, page, address, ceiling, database)


def _pages(slug: str) -> list[tuple[str, str, int]]:
    """Each page with its address and the most queries it may make; those that do not exist here are left out."""
    from django.urls import NoReverseMatch, reverse  # noqa: PLC0415

    wanted: list[tuple[str, str, list[Any], str, int]] = [
        ("board", "canvas:board", [slug], "", 18),
        ("diff of a block's revisions", "canvas:block-history", [slug, 3], "", 12),
        ("snapshots of a project", "data:index", [slug], "", 16),
        ("snapshot", "data:dataset-detail", [slug, 1], "", 30),
        ("feature catalogue", "data:feature-catalogue", [], "", 14),
        ("features of a project", "data:feature-list", [slug], "", 16),
        ("opportunities", "canvas:opportunity-list", [], "", 10),
        ("opportunities, searched", "canvas:opportunity-list", [], "?q=buses", 10),
        ("portfolio", "standing:portfolio", [], "", 14),
        ("portfolio, sorted", "standing:portfolio", [], "?sort=-broken", 14),
        ("where a project stands", "standing:project", [slug], "", 38),
        ("similar projects", "canvas:similar", [], "?name=Forecast+which+buses+need+a+second+look", 6),
        ("list of projects", "canvas:project-list", [], "", 9),
    ]
    found = []
    for name, view, args, query, ceiling in wanted:
        try:
            found.append((name, reverse(view, args=args) + query, ceiling))
        except NoReverseMatch:
            continue
    return found


def _line(client: Any, name: str, address: str, ceiling: int, database: str) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from bench.lines import percentile  # noqa: PLC0415

    _get(client, address)
    with CaptureQueriesContext(connection) as queries:
        _get(client, address)
    count = len(queries)
    seconds, worked = zip(*(_get(client, address) for _ in range(WARM)), strict=True)
    kept = "within" if count <= ceiling else "OVER"
    return {
        "name": f"{name}, p95, {database}", "figure": 1000 * percentile(seconds, 0.95), "unit": "ms", "target": TARGET,
        "beside": f"{count} queries, {kept} the ceiling of {ceiling}; CPU p95 {1000 * percentile(worked, 0.95):.0f} ms",
    }  # fmt: skip


def _get(client: Any, address: str) -> tuple[float, float]:
    began, worked = time.perf_counter(), time.process_time()
    response = client.get(address, headers={"host": "localhost"})
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}.")
    return time.perf_counter() - began, time.process_time() - worked


if __name__ == "__main__":
    sys.exit(main())
