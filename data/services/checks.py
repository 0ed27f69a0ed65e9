"""Every write to a schema check: asked for when a snapshot is bound or by people, done by a worker."""

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from data.checking.outcome import Outcome
from data.models import DataSchema, Dataset, SchemaCheck
from jobs import services as jobs
from jobs.models import Job

JOB_KIND = "schema-check"
# A check is started by itself at every upload: what people wait for goes first.
PRIORITY = -1


class NotCheckable(Exception):
    """The snapshot cannot be held against the schema; the message says why."""


@transaction.atomic
def request_check(dataset: Dataset, *, by: User, schema: DataSchema | None = None) -> SchemaCheck:
    """Hold a snapshot's rows against a schema (its own, if none is named); a check that is under way is returned.

    Raises NotCheckable when there is no schema, or when the rows are not stored here.
    """
    schema = schema or dataset.schema
    if schema is None:
        raise NotCheckable("No schema describes this snapshot yet. Bind one first.")
    if not dataset.has_rows:
        raise NotCheckable(
            "The rows of this snapshot cannot be read from here, so they cannot be held against a schema."
        )
    if under_way := _under_way(dataset, schema):
        return under_way
    check = _enqueue(dataset, schema, by=by)
    record(
        Action.SCHEMA_CHECK_REQUESTED, by=by, on=dataset, chain=dataset.project.chain, label=str(check),
        after={"schema": str(schema)},
    )  # fmt: skip
    return check


def start(dataset: Dataset, *, by: User) -> SchemaCheck | None:
    """Begin the check that belongs to a binding, inside the transaction that binds; nothing if it was done before."""
    schema = dataset.schema
    if schema is None or not dataset.has_rows:
        return None
    if SchemaCheck.objects.filter(dataset=dataset, schema=schema, passed__isnull=False).exists():
        return None
    return _under_way(dataset, schema) or _enqueue(dataset, schema, by=by)


def finish(check: SchemaCheck, outcome: Outcome) -> None:
    """Keep what came of a check; runs in the transaction that ends the job."""
    check.passed = outcome.passed
    check.rows_checked = outcome.rows
    check.failures = outcome.as_json()
    check.checked_at = timezone.now()
    check.save(update_fields=["passed", "rows_checked", "failures", "checked_at"])
    broken = [f"{failure.column}: {failure.rule}, {failure.count} rows" for failure in outcome.failures[:20]]
    record(
        Action.SCHEMA_CHECKED,
        by=check.checked_by,
        on=check.dataset,
        chain=check.dataset.project.chain,
        label=str(check),
        after={"passed": outcome.passed, "rows": outcome.rows, "broken": broken},
    )


def fail(check: SchemaCheck, reason: str) -> None:
    """Say in the journal that a check did not come to its end."""
    record(
        Action.SCHEMA_CHECK_FAILED, by=check.checked_by, on=check.dataset, chain=check.dataset.project.chain,
        label=str(check), after={"reason": reason},
    )  # fmt: skip


def of_snapshots() -> Prefetch:
    """For lists of snapshots: their checks in one query, as `standing` reads them."""
    return Prefetch("schema_checks", SchemaCheck.objects.told().order_by("-pk"))


def standing(dataset: Dataset) -> SchemaCheck | None:
    """The newest check of a snapshot against the schema that it is bound to, without its failures.

    Asks nothing of the database when `schema_checks` was prefetched.
    """
    if dataset.schema_id is None:
        return None
    if "schema_checks" not in getattr(dataset, "_prefetched_objects_cache", {}):
        held = SchemaCheck.objects.told().filter(dataset=dataset, schema_id=dataset.schema_id)
        return held.order_by("-pk").first()
    own = [check for check in dataset.schema_checks.all() if check.schema_id == dataset.schema_id]
    return max(own, key=lambda check: check.pk, default=None)


def _under_way(dataset: Dataset, schema: DataSchema) -> SchemaCheck | None:
    waiting = SchemaCheck.objects.filter(dataset=dataset, schema=schema, passed__isnull=True)
    return waiting.exclude(job__state__in=Job.FINAL).order_by("-pk").first()


def _enqueue(dataset: Dataset, schema: DataSchema, *, by: User) -> SchemaCheck:
    label = f"Hold {dataset} against {schema}"
    job = jobs.enqueue(JOB_KIND, project=dataset.project, label=label, by=by, priority=PRIORITY)
    return SchemaCheck.objects.create(dataset=dataset, schema=schema, job=job, checked_by=by)
