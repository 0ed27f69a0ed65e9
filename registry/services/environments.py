"""Record what models were trained in, once per content."""

from django.db import transaction

import statements
from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from registry.environment_files import JSON_KEYS, EnvironmentFacts, UnreadableEnvironment
from registry.models import TrainingEnvironment
from statements import Statement

_KNOWN = Statement(
    lambda project, sha256: (
        TrainingEnvironment.objects.filter(project=project, sha256=sha256)
        .order_by()
        .values_list(*statements.columns(TrainingEnvironment))
    ),
    -1,
    "sha256",
)


@transaction.atomic
def record_environment(
    project: Project, facts: EnvironmentFacts, *, captured_from: str, by: User
) -> TrainingEnvironment:
    """The environment with this content: the one recorded before, or a new one with its journal line."""
    if not facts.packages and not facts.python_version:
        raise UnreadableEnvironment(
            "This names neither packages nor a Python version. Upload the output of “pip freeze”."
        )
    sha256 = facts.sha256
    if known := _known(project, sha256):
        return known
    # Two equal recordings at once wait here for each other, and the second finds the first.
    Project.objects.select_for_update().get(pk=project.pk)
    if known := _known(project, sha256):
        return known
    environment = TrainingEnvironment.objects.create(
        project=project,
        sha256=sha256,
        captured_from=captured_from[:120],
        recorded_by=by,
        **{key: getattr(facts, key) for key in JSON_KEYS},
    )
    after = {"sha256": sha256, "packages": len(facts.packages), "python_version": facts.python_version}
    record(Action.ENVIRONMENT_RECORDED, by=by, on=environment, chain=project.chain, after=after)
    return environment


def _known(project: Project, sha256: str) -> TrainingEnvironment | None:
    found = _KNOWN.first(project.pk, sha256)
    return statements.record(TrainingEnvironment, found) if found else None
