"""State where a version is served, and in which environment."""

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from registry.models import ModelVersion, ServingStatement, TrainingEnvironment

LONGEST_PLACE = 120


class InvalidStatement(ValueError):
    """The statement cannot be made; the message says what to change."""


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


def current(version: ModelVersion) -> list[ServingStatement]:
    """What holds now about where a version is served: the latest statement for each place, by place."""
    latest: dict[str, ServingStatement] = {}
    for statement in version.serving_statements.select_related("environment", "stated_by"):
        latest.setdefault(statement.place, statement)
    return [latest[place] for place in sorted(latest)]
