"""A file of 2 GB through the server both ways, and what the web process held at most meanwhile."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import requests

from bench.lines import Line
from bench.mlflow.requests_made import FILES, Client
from bench.mlflow.servers import Contestant

SIZE = 2 * 2**30
BLOCK = os.urandom(2**20)


def lines(tenet: Contestant) -> Iterator[Line]:
    """Send and fetch it; the server has to be fresh, since a process never gives its highest mark back."""
    client = Client(tenet)
    address = f"{tenet.url}{FILES}0/{client.new_run()}/artifacts/large.bin"
    headers = tenet.headers | {"Content-Length": str(SIZE), "Content-Type": "application/octet-stream"}
    began = perf_counter()
    client.ask("PUT", urlsplit(address).path, _content(), headers)
    sent = perf_counter() - began
    began, digest = perf_counter(), hashlib.sha256()
    with requests.get(address, headers=tenet.headers, stream=True, timeout=600) as answer:
        answer.raise_for_status()
        for block in answer.iter_content(2**20):
            digest.update(block)
    fetched = perf_counter() - began
    if digest.hexdigest() != _digest():
        raise RuntimeError("The large file came back other than it was sent.")
    beside = f"{SIZE / sent / 1e6:,.0f} MB/s up, {SIZE / fetched / 1e6:,.0f} MB/s down"
    yield Line("2 GB up and down, the web process at most", _highest(tenet), "MB", 150, beside)


def _content() -> Iterator[bytes]:
    for _ in range(SIZE // len(BLOCK)):
        yield BLOCK


def _digest() -> str:
    digest = hashlib.sha256()
    for block in _content():
        digest.update(block)
    return digest.hexdigest()


def _highest(tenet: Contestant) -> float:
    """The highest resident memory of any web process so far, in MB; the worker and the schedule take no part."""
    marks = [0.0]
    for folder in Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_bytes()
            group = os.getsid(int(folder.name)) if folder.name.isdigit() else 0
            status = (folder / "status").read_text()
        except OSError:
            continue
        if group and b"gunicorn" in command and tenet.url.rpartition(":")[2].encode() in command:
            marks += [float(line.split()[1]) * 1.024e-3 for line in status.splitlines() if line.startswith("VmHWM")]
    return max(marks)
