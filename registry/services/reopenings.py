"""What a run gathered while it was open again: its script then adds freely, and the line of its next end names it."""

import json
from typing import Any

from django.db.models import Count, Max

from audit.actions import Action
from audit.models import AuditEntry
from registry.models import Run
from registry.services import open_runs

MOST = 500


def mark(run: Run) -> dict[str, Any]:
    """How far a run had come when it was opened again: its tags, and the last rows of what else it gathers.

    Rows are numbered as they come, and writers of one run wait for each other, so that later ones have larger numbers.
    """
    return {
        "last_param": run.params.aggregate(last=Max("pk"))["last"] or 0,
        "last_metric": run.metrics.aggregate(last=Max("pk"))["last"] or 0,
        "last_dataset": run.datasets.aggregate(last=Max("pk"))["last"] or 0,
        "tags": open_runs.shown(dict(run.tags.order_by("key").values_list("key", "value"))),
    }


def since(run: Run) -> tuple[dict[str, Any], dict[str, Any]]:
    """What changed since a run was opened again, as before and after; nothing for one that ends for the first time."""
    about = AuditEntry.objects.filter(object_type=run._meta.label_lower, object_id=str(run.pk))
    line = about.filter(action__in=[str(Action.RUN_REOPENED), str(Action.RUN_ENDED)]).order_by("-seq").first()
    if line is None or line.action != Action.RUN_REOPENED:
        return {}, {}
    held = json.loads(line.body)["after"].get("held")
    if held is None:
        return {}, {}
    params = run.params.filter(pk__gt=held["last_param"]).order_by("key").values_list("key", "value")
    points = run.metrics.filter(pk__gt=held["last_metric"]).order_by("key").values_list("key")
    were, are = held["tags"], open_runs.shown(dict(run.tags.order_by("key").values_list("key", "value")))
    before = {key: value for key, value in were.items() if are.get(key) != value}
    after = {key: value for key, value in are.items() if were.get(key) != value}
    counted = points.annotate(Count("pk"))
    # A file that took the place of another keeps its row, and is dated anew.
    files = run.artifacts.filter(stored_at__gte=line.at).order_by("path").values_list("path", "sha256")
    datasets = run.datasets.filter(pk__gt=held.get("last_dataset", 0)).order_by("pk").values_list("name", "digest")
    added = {
        "params": open_runs.shown(dict(params[:MOST])),
        "metrics": dict(counted[:MOST]),
        "tags": after,
        "datasets": [f"{name} ({digest})" for name, digest in datasets[:MOST]],
        "files": dict(files[:MOST]),
    }
    more = {
        "params": params.count() - MOST,
        "metrics": counted.count() - MOST,
        "datasets": datasets.count() - MOST,
        "files": files.count() - MOST,
    }
    added["more"] = {kind: count for kind, count in more.items() if count > 0}
    return ({"tags": before} if before else {}), {kind: found for kind, found in added.items() if found}
