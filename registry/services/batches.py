"""Add params, metrics and tags to a run: all of a batch, or nothing of it."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.db import connection, transaction

from accounts.models import User
from canvas.models import Project
from registry.models import LoggedModelMetric, Run, RunParam
from registry.services import logged_models, metrics, open_runs, tags
from registry.services.metrics import Point
from statements import Rows, Statement

Params = Sequence[tuple[str, str]]

_INSERT = "INSERT INTO registry_runparam (run_id, key, value) VALUES (%s, %s, %s)"


def _params_of(run: int, *keys: str) -> Rows:
    return RunParam.objects.filter(run=run, key__in=keys).order_by().values_list("key", "value")


_PARAM = Statement(_params_of, -1, "key")


class ParamChanged(Exception):
    """A param keeps its first value; the message names the params and both values."""


class ParamTwice(Exception):
    """A batch names a param twice."""


@transaction.atomic
def log(
    project: Project,
    run_id: str,
    *,
    by: User,
    params: Params = (),
    points: Sequence[Point] = (),
    sent_tags: Mapping[str, str] | None = None,
) -> None:
    """Add all of it to a run, or nothing.

    Raises NoSuchRun, RunDeleted, NoSuchLoggedModel, ParamChanged and ParamTwice.
    """
    _ensure_once(params)
    run = open_runs.hold(project, run_id)
    new = _write_params(run, params)
    added = metrics.add(run, points)
    measured = [point for point in points if point.model_id]
    _write_model_points(project, run, measured)
    if (new or added or measured) and not run.is_open:
        open_runs.changed(project, run, by=by, after=_said(new, points if added else (), measured))
    tags.put(project, run, sent_tags or {}, by=by)


def _ensure_once(params: Params) -> None:
    counted = Counter(key for key, _ in params)
    if twice := [key for key, count in counted.items() if count > 1]:
        raise ParamTwice(f"Duplicate parameter keys have been submitted: {twice[:10]}. Send each key once.")


def _write_params(run: Run, params: Params) -> dict[str, str]:
    """The params that the run did not have."""
    if not params:
        return {}
    sent = dict(params)
    known = dict(_PARAM.all(run.pk, *sent) if len(sent) == 1 else _params_of(run.pk, *sent))
    if other := [key for key, value in known.items() if sent[key] != value]:
        shown = [
            {"key": key, "old_value": known[key][:200], "new_value": sent[key][:200]} for key in sorted(other)[:10]
        ]
        raise ParamChanged(
            f"Changing param values is not allowed. Params were already logged='{shown}' for run ID='{run.run_id}'."
        )
    new = {key: value for key, value in sorted(sent.items()) if key not in known}
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, [(run.pk, key, value) for key, value in new.items()])
    return new


def _write_model_points(project: Project, run: Run, points: Sequence[Point]) -> None:
    if not points:
        return
    models = logged_models.pks_of(project, {point.model_id for point in points})
    rows = []
    for point in points:
        value, is_nan = point.kept
        rows.append(
            LoggedModelMetric(
                logged_model_id=models[point.model_id],
                run=run,
                key=point.key,
                value=value,
                is_nan=is_nan,
                step=point.step,
                timestamp_ms=point.timestamp_ms,
                dataset_name=point.dataset_name,
                dataset_digest=point.dataset_digest,
            )
        )
    LoggedModelMetric.objects.bulk_create(rows, ignore_conflicts=True)


def _said(params: Mapping[str, str], points: Sequence[Point], measured: Sequence[Point]) -> dict[str, Any]:
    """What a journal line says of them: params with their values, and of metrics how many points and their digest.

    `measured` are the points that were said of a logged model.
    """
    said: dict[str, Any] = {"params": dict(params)} if params else {}
    if points:
        rows = sorted([point.key, point.timestamp_ms, point.step, *point.kept] for point in points)
        said["metrics"] = dict(Counter(point.key for point in points))
        said["metrics_sha256"] = hashlib.sha256(orjson.dumps(rows)).hexdigest()
    if measured:
        about = [[one.model_id, one.key, one.timestamp_ms, one.step, *one.kept, one.dataset_digest] for one in measured]
        said["measured_models"] = dict(Counter(one.model_id for one in measured))
        said["measured_models_sha256"] = hashlib.sha256(orjson.dumps(sorted(about))).hexdigest()
    return said
