"""Metrics of runs: add points, and read their history page by page or thinned out."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import orjson
from django.db.models import Q
from django.urls import path

from canvas.roles import Permission
from registry.mlflow_api import keys
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.endpoints.runs import run_id
from registry.mlflow_api.messages.runs import POINT, metric
from registry.mlflow_api.wire import Malformed, Message
from registry.models import RunMetric
from registry.services import batches, histories
from registry.services.metrics import Point

LARGEST_PAGE = 25_000
MOST_RUNS = 100
MOST_SAMPLES = 25_000
USUAL_SAMPLES = 2_500
ORDER = ("timestamp_ms", "step", "value", "is_nan")


def point(sent: Message) -> Point:
    """A point of a metric, as a script sends it."""
    if "timestamp" not in sent:
        raise Malformed(f"Missing value for required parameter '{sent.place}timestamp'.")
    timestamp = sent.whole("timestamp")
    if timestamp < 0:
        raise Malformed(f"Parameter '{sent.place}timestamp' is {timestamp}; it has to be 0 or more.")
    return Point(
        keys.key(sent),
        sent.double("value"),
        sent.whole("step"),
        timestamp,
        sent.text("model_id"),
        sent.text("dataset_name", longest=500),
        sent.text("dataset_digest", longest=36),
    )


def log(call: Call) -> Fields:
    """Add a point to a run."""
    batches.log(call.project, run_id(call.sent), points=[point(call.sent)], by=call.user)
    return {}


def history(call: Call) -> Fields:
    """A metric's points by time; an unknown run or metric has none."""
    sent = call.sent
    key, wanted = sent.required("metric_key"), sent.whole("max_results", default=LARGEST_PAGE)
    if not 1 <= wanted <= LARGEST_PAGE:
        raise Malformed(f"Parameter 'max_results' is {wanted}; it has to be between 1 and {LARGEST_PAGE:,}.")
    points = RunMetric.objects.filter(run__run_id=run_id(sent), run__experiment__project=call.project.pk, key=key)
    if token := sent.text("page_token"):
        points = points.filter(_after(token))
    rows = list(points.order_by(*ORDER).values_list(*POINT)[: wanted + 1])
    following = _token(rows[wanted - 1]) if len(rows) > wanted else None
    return {"metrics": [metric(row) for row in rows[:wanted]], "next_page_token": following}


def history_of_several(call: Call) -> Fields:
    """A metric's points of several runs, thinned out evenly, for charts."""
    sent = call.sent
    runs, key = sent.texts("run_ids"), sent.required("metric_key")
    if not 1 <= len(runs) <= MOST_RUNS:
        raise Malformed(f"Parameter 'run_ids' names {len(runs)} runs; it has to name between 1 and {MOST_RUNS}.")
    wanted = sent.whole("max_results", default=USUAL_SAMPLES)
    if not 1 <= wanted <= MOST_SAMPLES:
        raise Malformed(f"Parameter 'max_results' is {wanted}; it has to be between 1 and {MOST_SAMPLES:,}.")
    steps = None
    if "start_step" in sent or "end_step" in sent:
        steps = (sent.whole("start_step"), sent.whole("end_step"))
        if "start_step" not in sent or "end_step" not in sent or steps[0] > steps[1]:
            raise Malformed("Send 'start_step' and 'end_step' together, and the larger one as 'end_step'.")
    rows = histories.thinned(call.project, runs, key=key, most=wanted, steps=steps)
    return {"metrics": [metric(row[1:]) | {"run_id": row[0]} for row in rows]}


def _token(row: Sequence[Any]) -> str:
    _, value, is_nan, timestamp_ms, step = row
    return base64.urlsafe_b64encode(orjson.dumps([timestamp_ms, step, value, is_nan])).decode()


def _after(token: str) -> Q:
    """Points beyond the one that a token names; points that arrive meanwhile shift no page."""
    try:
        timestamp, step, value, is_nan = orjson.loads(base64.urlsafe_b64decode(token.encode()))
        place = (Message({"timestamp": timestamp}).whole("timestamp"), Message({"step": step}).whole("step"))
        number = Message({"value": value}).double("value")
    except (binascii.Error, ValueError, TypeError):
        raise Malformed("Parameter 'page_token' is not one of this server's tokens.") from None
    timestamp, step = place
    return (
        Q(timestamp_ms__gt=timestamp)
        | Q(timestamp_ms=timestamp, step__gt=step)
        | Q(timestamp_ms=timestamp, step=step, value__gt=number)
        | Q(timestamp_ms=timestamp, step=step, value=number, is_nan__gt=bool(is_nan))
    )


READ, WRITE = Permission.VIEW, Permission.REGISTER_MODELS
ROOT = "api/2.0/mlflow"
INTERVAL = f"{ROOT}/metrics/get-history-bulk-interval"

ADDRESSES = [
    path(f"{ROOT}/runs/log-metric", address(post=(WRITE, log)), name="run-log-metric"),
    path(f"{ROOT}/metrics/get-history", address(get=(READ, history)), name="metric-history"),
    path(INTERVAL, address(get=(READ, history_of_several)), name="metric-history-bulk-interval"),
]
