"""Tags of runs; some of MLflow's own say what the run is called, what it is part of and what it trains."""

from collections.abc import Mapping

from django.db import connection, transaction

from accounts.models import User
from canvas.models import Project
from registry.models import Run, RunTag
from registry.services import open_runs

NAME = "mlflow.runName"
PARENT = "mlflow.parentRunId"
NOTE = "mlflow.note.content"
ESTIMATOR = "estimator_name"
LONGEST_NAME = 500
LONGEST_ALGORITHM = 200
DEEPEST = 50

_UPSERT = """
    INSERT INTO registry_runtag (run_id, key, value) VALUES (%s, %s, %s)
    ON CONFLICT (run_id, key) DO UPDATE SET value = excluded.value
"""


class NoSuchTag(Exception):
    """The run has no tag with this key."""


@transaction.atomic
def set_one(project: Project, run_id: str, *, key: str, value: str, by: User) -> None:
    """Give a run a tag, in place of the one it had under the same key; raises NoSuchRun and RunDeleted."""
    run = open_runs.hold(project, run_id)
    put(project, run, {key: value}, by=by)


@transaction.atomic
def delete(project: Project, run_id: str, *, key: str, by: User) -> None:
    """Take a tag from a run; raises NoSuchRun, RunDeleted and NoSuchTag."""
    run = open_runs.hold(project, run_id)
    known = RunTag.objects.filter(run=run, key=key).first()
    if known is None:
        raise NoSuchTag(f"No tag with name: {key} in run with id {run_id}")
    before = {key: known.value}
    known.delete()
    save_mirrored(run, mirror(project, run, {key: ""}))
    open_runs.changed(project, run, by=by, before={"tags": before}, after={"tags": {}})


def put(project: Project, run: Run, tags: Mapping[str, str], *, by: User) -> None:
    """Write tags of a run that the caller holds, inside the caller's transaction."""
    if not tags:
        return
    before: dict[str, str] = {}
    if not run.is_open:
        before = dict(RunTag.objects.filter(run=run, key__in=tags).values_list("key", "value"))
    write(run, tags)
    save_mirrored(run, mirror(project, run, tags))
    after = {key: value for key, value in tags.items() if before.get(key) != value}
    if after:
        before = {key: value for key, value in before.items() if key in after}
        open_runs.changed(project, run, by=by, before={"tags": before}, after={"tags": after})


def write(run: Run, tags: Mapping[str, str]) -> None:
    """Write the rows of tags, the last value of a key staying."""
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, [(run.pk, key, value) for key, value in sorted(tags.items())])


def mirror(project: Project, run: Run, tags: Mapping[str, str]) -> list[str]:
    """Take over what MLflow's own tags say into the run's fields, and name the fields that changed."""
    changed = []
    if (name := tags.get(NAME, "")[:LONGEST_NAME]).strip() and name != run.name:
        run.name = name
        changed.append("name")
    if NOTE in tags and tags[NOTE] != run.note:
        run.note = tags[NOTE]
        changed.append("note")
    if ESTIMATOR in tags and tags[ESTIMATOR][:LONGEST_ALGORITHM] != run.algorithm:
        run.algorithm = tags[ESTIMATOR][:LONGEST_ALGORITHM]
        changed.append("algorithm")
    if PARENT in tags:
        parent = _parent(project, run, tags[PARENT])
        if parent != run.parent_id:
            run.parent_id = parent
            changed.append("parent")
    return changed


def save_mirrored(run: Run, changed: list[str]) -> None:
    """Save the fields that `mirror` changed."""
    if changed:
        run.save(update_fields=changed)


def _parent(project: Project, run: Run, run_id: str) -> int | None:
    """The run that a tag names as parent, unless it is not here or would come to be its own ancestor."""
    found = Run.objects.filter(run_id=run_id, experiment__project=project.pk).values_list("pk", "parent_id").first()
    if found is None or run.pk is None:
        return found[0] if found else None
    parent, above = found
    seen: set[int] = {parent}
    while above is not None and above not in seen and len(seen) < DEEPEST:
        seen.add(above)
        above = Run.objects.values_list("parent_id", flat=True).get(pk=above)
    return None if run.pk in seen or len(seen) == DEEPEST else parent
