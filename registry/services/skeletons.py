"""Handing out project skeletons."""

import hashlib

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data.models import DataSchema, Dataset
from registry.models import TrainingEnvironment
from registry.skeleton.archive import packed
from registry.skeleton.facts import gather
from registry.skeleton.files import written


@transaction.atomic
def hand_out(
    project: Project,
    *,
    by: User,
    url: str,
    environment: TrainingEnvironment | None = None,
    snapshot: Dataset | None = None,
    schema: DataSchema | None = None,
) -> bytes:
    """The skeleton as a zip; the same choices and plan give the same bytes, and the journal says who took it."""
    skeleton = gather(project, url=url, environment=environment, snapshot=snapshot, schema=schema)
    content = packed(written(skeleton), folder=project.slug)
    record(
        Action.SKELETON_DOWNLOADED, by=by, on=project, chain=project.chain,
        after={
            "sha256": hashlib.sha256(content).hexdigest(),
            "environment": environment.sha256 if environment else "",
            "snapshot": str(snapshot or ""),
            "schema": skeleton.schema,
        },
    )  # fmt: skip
    return content
