"""State where a version is served, in which environment, and that it no longer is."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from registry.models import ModelVersion, ServingStatement, TrainingEnvironment

LONGEST_PLACE = 120
LONGEST_REASON = 500


class InvalidStatement(ValueError):
    """The statement cannot be made; the message says what to change."""


class NotServed(Exception):
    """The statement that is to be ended holds no longer."""


@transaction.atomic
def state(version: ModelVersion, *, environment: TrainingEnvironment, place: str, by: User) -> ServingStatement:
    """Write down that a version is served at a place in an environment; saying the same again changes nothing."""
    place = " ".join(place.split())
    if not place or len(place) > LONGEST_PLACE:
        raise InvalidStatement(f"Say in 1 to {LONGEST_PLACE} characters where the version is served.")
    if environment.project_id != version.model.project_id:
        raise InvalidStatement("This environment belongs to another project.")
    if version.removed_at:
        raise InvalidStatement(f"{version} was removed, so it cannot be served anywhere.")
    # Two statements about one place wait here for each other, so that the later one knows what it replaces.
    ModelVersion.objects.select_for_update().get(pk=version.pk)
    held = next((one for one in current(version) if one.place == place), None)
    if held and held.environment_id == environment.pk:
        return held
    statement = ServingStatement.objects.create(version=version, environment=environment, place=place, stated_by=by)
    record(
        Action.SERVING_STATED,
        by=by,
        on=version,
        chain=version.model.project.chain,
        label=f"{version} at {place}",
        before={"environment": held.environment.sha256} if held else {},
        after={"environment": environment.sha256},
    )
    return statement


@transaction.atomic
def end(version: ModelVersion, statement_id: int, *, reason: str, by: User) -> ServingStatement:
    """Write down that a version is no longer served where a statement says; raises NotServed where that holds no more.

    Of a version that was removed this can be said, too.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidStatement(f"Say in 1 to {LONGEST_REASON} characters why the version is no longer served there.")
    ModelVersion.objects.select_for_update().get(pk=version.pk)
    statement = version.serving_statements.current().filter(pk=statement_id).first()
    if statement is None:
        raise NotServed("This statement no longer holds: it was ended, or another one took its place.")
    statement.ended_at, statement.ended_by, statement.end_reason = timezone.now(), by, reason
    statement.save(update_fields=["ended_at", "ended_by", "end_reason"])
    record(
        Action.SERVING_ENDED,
        by=by,
        on=version,
        chain=version.model.project.chain,
        label=f"{version} at {statement.place}",
        before={"environment": statement.environment.sha256},
        comment=reason,
    )
    return statement


def current(version: ModelVersion) -> list[ServingStatement]:
    """What holds now about where a version is served: the latest statement for each place, by place."""
    return sorted(version.serving_statements.current(), key=lambda one: one.place)
