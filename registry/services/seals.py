"""Digests over all that a run or a logged model gathered, which the journal keeps from its end on."""

import hashlib
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import orjson
from django.db.models import QuerySet

from registry.models import LoggedModel, Run

RUN = b"tenet.run.v2\0"
LOGGED_MODEL = b"tenet.logged-model.v2\0"
POINT = ("key", "timestamp_ms", "step", "value", "is_nan")
MODEL_POINT = ("logged_model__model_id", *POINT, "dataset_name", "dataset_digest")
STREAM = 2_000


def of_run(run: Run) -> dict[str, Any]:
    """How much a run holds, and the SHA-256 over it: the same records give the same digest on every database."""
    what = [run.run_id, run.name, run.status, run.started_at, run.ended_at, run.note, run.algorithm]
    datasets = run.datasets.values_list("name", "digest", "source_type", "source", "schema", "profile", "context")
    links = run.model_links.values_list("logged_model__model_id", "direction", "step")
    return _sealed(
        RUN,
        what,
        params=sorted(run.params.values_list("key", "value")),
        tags=sorted(run.tags.values_list("key", "value")),
        metrics=_points(run.metrics.order_by(*POINT).values_list(*POINT), named_by=1),
        # Models are measured after they were sealed; whichever run did it answers for what it said.
        model_metrics=_points(run.model_metrics.order_by(*MODEL_POINT).values_list(*MODEL_POINT), named_by=2),
        datasets=sorted(datasets),
        logged_models=sorted(links),
        files=sorted(run.artifacts.values_list("path", "sha256", "size")),
    )


def of_logged_model(model: LoggedModel) -> dict[str, Any]:
    """How much a logged model holds, and the SHA-256 over it; what it was measured by is in the seals of those runs."""
    what = [model.model_id, model.name, model.model_type, model.status]
    return _sealed(
        LOGGED_MODEL,
        what,
        params=sorted(model.params.values_list("key", "value")),
        tags=sorted(model.tags.values_list("key", "value")),
        files=sorted(model.artifacts.values_list("path", "sha256", "size")),
    )


def _points(rows: QuerySet[Any, tuple[Any, ...]], *, named_by: int) -> list[tuple[Any, ...]]:
    """Each metric's number of points and their digest, by as many first columns as name it.

    Names are sorted here, as databases sort texts differently.
    """
    found = []
    for name, points in groupby(rows.iterator(STREAM), key=lambda row: row[:named_by]):
        digest, count = hashlib.sha256(), 0
        for point in points:
            digest.update(orjson.dumps(point[named_by:]) + b"\n")
            count += 1
        found.append((*name, count, digest.hexdigest()))
    return sorted(found)


def _sealed(domain: bytes, what: list[Any], **parts: Iterable[Any]) -> dict[str, Any]:
    digest, counts = hashlib.sha256(domain), {}
    digest.update(orjson.dumps(what, option=orjson.OPT_UTC_Z) + b"\n")
    for name, rows in parts.items():
        written = [orjson.dumps(row) for row in rows]
        digest.update(b"\n".join([name.encode(), *written]) + b"\n")
        counts[name] = len(written)
    return {"holds": counts, "sha256": digest.hexdigest()}
