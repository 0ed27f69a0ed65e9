"""Server time and queries of the pages that people wait for."""

import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bench.crowd import gather
from bench.lines import Line, percentile
from canvas.models import Project
from evaluation.models import MetricResult
from registry.models import ModelVersion

TARGET = 120
WARM = 30
SAMPLE = "breast-mass-triage"


def lines() -> list[Line]:
    """A line for each page, on the sample among many others."""
    owner, approver = User.objects.get(username="nora"), User.objects.get(username="paula")
    gather(owner, approver)
    held = (Project.objects.count(), ModelVersion.objects.count(), MetricResult.objects.count())
    scene = "among {:,} projects, {:,} versions, {:,} metric results".format(*held)
    addresses = {
        "project page": f"/p/{SAMPLE}/",
        "board": f"/p/{SAMPLE}/canvas/",
        "version page": f"/p/{SAMPLE}/models/{SAMPLE}/v2/",
        "promotion page": f"/p/{SAMPLE}/promotions/3/",
        "list of projects": "/projects/",
        "list of evaluations": "/evaluations/",
    }
    client = Client()
    client.force_login(owner)
    return [_line(client, name, address, scene) for name, address in addresses.items()]


def _line(client: Client, name: str, address: str, scene: str) -> Line:
    _get(client, address)
    with CaptureQueriesContext(connection) as queries:
        _get(client, address)
    # Counted now: the next request empties the log.
    count = len(queries)
    seconds, worked = zip(*(_get(client, address) for _ in range(WARM)), strict=True)
    beside = f"{count} queries, CPU p95 {1000 * percentile(worked, 0.95):.0f} ms, {WARM} warm requests {scene}"
    return Line(f"{name}, server time p95", 1000 * percentile(seconds, 0.95), "ms", TARGET, beside)


def _get(client: Client, address: str) -> tuple[float, float]:
    began, worked = time.perf_counter(), time.process_time()
    response = client.get(address, headers={"host": "localhost"})
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}.")
    return time.perf_counter() - began, time.process_time() - worked
