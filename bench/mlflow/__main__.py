"""`python -m bench.mlflow [WORD …]`: a line for every operation, or for those with one of the words in their name."""

import json
import math
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from bench.lines import Line
from bench.mlflow import crowd, large
from bench.mlflow.requests_made import OPERATIONS, Client, Operation, Refused
from bench.mlflow.servers import Contestant, mlflow_server, tenet_server
from samples import server

ROUNDS = 3
TURN_SECONDS = 1.0
# A request this long is asked for once, and by one client only.
LONG, VERY_LONG = 2.0, 8.0
# Memory that changed by less in so many seconds has settled.
LOOK_AGAIN, SAME, LONGEST_LOADING = 5.0, 0.01, 90.0
CROWDS = (1, 8)
SETTINGS: dict[str, tuple[str, ...]] = {"mlflow server": (), "mlflow server, one worker": ("--workers", "1")}

_made: dict[str, list[Client]] = defaultdict(list)
_numbers = count()

Figures = dict[tuple[str, int], dict[str, float]]
"""Seconds per request, by operation, number of clients and server."""


def main() -> int:
    """Print each line as JSON, for whoever collects them."""
    with tempfile.TemporaryDirectory(prefix="tenet-bench-mlflow-") as folder:
        for line in measured(Path(folder)):
            print(json.dumps(asdict(line)), flush=True)
    return 0


def measured(folder: Path) -> Iterator[Line]:
    """Set both up, ask them in turn, and compare."""
    tenet, others = _prepared(folder)
    allowed = {"Authorization": f"Bearer {os.environ.pop('BENCH_TOKEN')}"}
    with ExitStack() as stack:
        running = [stack.enter_context(tenet_server(tenet))]
        running[0].headers |= allowed
        for name, place in others.items():
            running.append(stack.enter_context(mlflow_server(place, name=name, options=SETTINGS[name])))
        idle = {one.name: _settled(one) for one in running}
        found: Figures = {}
        for number in CROWDS:
            for operation in _chosen():
                known = found.get((operation.name, CROWDS[0]), {})
                found[operation.name, number] = _timed(operation, running, number, known)
                yield _line(operation, number, found[operation.name, number])
        if len(found) == len(CROWDS) * len(OPERATIONS):
            yield from _summary(found)
        yield from _compared("first answer after the start", "s", {one.name: one.start_seconds for one in running}, 5)
        yield from _compared("memory after the start", "MB", idle, 4)
        used = {one.name: one.held().resident for one in running}
        yield from _compared("memory after all requests", "MB", used, 4)
    # Last, because the disk is busy with it for a while, and of a fresh server, which the highest mark asks for.
    with tenet_server(tenet) as fresh:
        fresh.headers |= allowed
        yield from large.lines(fresh)


def _prepared(folder: Path) -> tuple[Path, dict[str, Path]]:
    """A folder for each server with the same crowd in its database."""
    tenet = folder / "tenet"
    (tenet / "data").mkdir(parents=True)
    server.throw_away_settings(tenet / "data")
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=server.ROOT, check=True, stdout=subprocess.DEVNULL)
    import django  # noqa: PLC0415  the settings name the folder only now

    django.setup()
    os.environ["BENCH_TOKEN"], ids = crowd.into_tenet()
    Client.crowd_of_tenet = ids
    from django.db import connections  # noqa: PLC0415  as above

    connections.close_all()
    others = {}
    for name in SETTINGS:
        others[name] = folder / name.replace(" ", "-")
        others[name].mkdir()
    first = others["mlflow server"]
    with mlflow_server(first, name="mlflow server", options=("--workers", "1")):
        pass
    crowd.into_mlflow(first / "mlflow.db")
    for name, place in others.items():
        if place != first:
            (place / "mlflow.db").write_bytes((first / "mlflow.db").read_bytes())
        assert name in SETTINGS
    return tenet, others


def _settled(one: Contestant) -> float:
    """The resident memory in MB once it stays as it is: all of them load for a while after their first answer."""
    held, until = one.held().resident, perf_counter() + LONGEST_LOADING
    while perf_counter() < until:
        sleep(LOOK_AGAIN)
        before, held = held, one.held().resident
        if abs(held - before) < SAME * held:
            break
    return held


def _chosen() -> list[Operation]:
    words = sys.argv[1:]
    return [one for one in OPERATIONS if not words or any(word in one.name for word in words)]


def _timed(operation: Operation, running: list[Contestant], number: int, known: dict[str, float]) -> dict[str, float]:
    """Seconds per request of each server, the median of several rounds in which they take turns.

    Whoever needed very long for one client is not asked by many: two processors at best halve the time of a request.
    """
    patient = [one for one in running if number == 1 or known.get(one.name, 0) < VERY_LONG]
    clients = {one.name: _clients(one, number) for one in patient}
    seconds: dict[str, list[float]] = defaultdict(list)
    times: dict[str, int] = {}
    with ThreadPoolExecutor(number) as pool:
        for turn in range(ROUNDS + 1):
            for one in patient:
                # The first turn warms up, and tells how often can be asked in the time there is.
                if turn > 1 and seconds[one.name] and seconds[one.name][-1] > LONG:
                    continue
                asked = times.get(one.name, 1)
                began = perf_counter()
                for done in [pool.submit(_repeat, operation, client, asked) for client in clients[one.name]]:
                    done.result()
                taken = (perf_counter() - began) / asked / number
                times.setdefault(one.name, max(1, min(operation.times, int(TURN_SECONDS / taken / number))))
                if turn or taken > LONG:
                    seconds[one.name].append(taken)
    return {one.name: median(seconds[one.name]) if one in patient else known[one.name] / 2 for one in running}


def _repeat(operation: Operation, client: Client, times: int) -> None:
    # Whoever does not answer in time is counted with the time there was, which is in its favour.
    with suppress(TimeoutError):
        for _ in range(times):
            try:
                operation.ask(client)
            except Refused:
                # So does a server that gives up under many clients; ours may not.
                if client.server.name == "Tenet":
                    raise


def _clients(one: Contestant, number: int) -> list[Client]:
    """As many clients as asked for, made once for each server."""
    held = _made[one.name]
    held += [_client(one) for _ in range(number - len(held))]
    return held[:number]


def _client(one: Contestant) -> Client:
    client = Client(one)
    client.crowd = Client.crowd_of_tenet if one.name == "Tenet" else {n: str(i) for n, i in crowd.SIZES.items()}
    client.model = f"bench-{next(_numbers)}"
    client.prepare()
    client.post("registered-models/create", name=client.model)
    for _ in range(5):
        client.create_version()
    return client


def _line(operation: Operation, number: int, seconds: dict[str, float]) -> Line:
    ratio, best = _ratio(seconds)
    beside = ", ".join(f"{name} {1000 * taken:.1f} ms" for name, taken in seconds.items())
    clients = "1 client" if number == 1 else f"{number} clients"
    return Line(f"{operation.name}, {clients}: faster than {best}", ratio, "times", 1, beside, is_least=True)


def _ratio(figures: dict[str, float]) -> tuple[float, str]:
    """How many times better Tenet is than the better of the others."""
    best = min((name for name in figures if name != "Tenet"), key=lambda name: figures[name])
    return figures[best] / figures["Tenet"], best


def _summary(found: Figures) -> Iterator[Line]:
    ratios = {key: _ratio(seconds)[0] for key, seconds in found.items()}
    mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    yield Line("all operations, geometric mean of how many times faster", mean, "times", 3, is_least=True)
    ordered = min(ratio for (name, _), ratio in ratios.items() if name.startswith("ordered"))
    yield Line("ordered search, the least of how many times faster", ordered, "times", 10, is_least=True)
    worst = min(ratios, key=lambda key: ratios[key])
    yield Line(
        "the slowest in comparison", ratios[worst], "times", 1, f"{worst[0]}, {worst[1]} client(s)", is_least=True
    )


def _compared(what: str, unit: str, figures: dict[str, float], least: float) -> Iterator[Line]:
    ratio, best = _ratio(figures)
    beside = ", ".join(f"{name} {figure:,.1f} {unit}" for name, figure in figures.items())
    yield Line(f"{what}: less than {best}", ratio, "times", least, beside, is_least=True)


if __name__ == "__main__":
    sys.exit(main())
