"""What is known about a version: any room reports a check, a promotion reads it."""

from collections.abc import Sequence
from typing import TypedDict

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from registry import policy
from registry.models import Check, ModelVersion


class Evidence(TypedDict, total=False):
    """A record that proves something: enough to find it, and to notice when it changed."""

    type: str
    id: int | str
    revision: int | None
    sha256: str
    label: str
    url: str


class UnknownRequirement(Exception):
    """A check was reported for a requirement that no policy knows."""


@transaction.atomic
def report(
    version: ModelVersion,
    key: str,
    *,
    status: str,
    reason: str,
    evidence: Sequence[Evidence] = (),
    by: User | None = None,
) -> Check:
    """Write down whether a requirement holds for a version; reporting the same again adds no journal line.

    `status` is a value of Check.Status, `reason` a sentence for people. `by` is None when the system found out.
    """
    if key not in policy.BY_KEY:
        raise UnknownRequirement(f"No promotion requirement is called “{key}”. Known are {', '.join(policy.ALL)}.")
    # A promotion that is being decided holds this lock: a report arrives before its look or after its decision.
    ModelVersion.objects.select_for_update().get(pk=version.pk)
    check, before = _write(version, key, Check.Status(status), reason, list(evidence))
    after = {"key": key, "status": check.status, "reason": reason, "evidence": list(evidence)}
    if before != after:
        project = version.model.project
        record(Action.CHECK_REPORTED, by=by, on=version, chain=project.chain, before=before, after=after)
    return check


def _write(
    version: ModelVersion, key: str, status: Check.Status, reason: str, evidence: list[Evidence]
) -> tuple[Check, dict[str, object]]:
    check = Check.objects.filter(version=version, key=key).first() or Check(version=version, key=key)
    before: dict[str, object] = {}
    if check.pk:
        before = {"key": key, "status": check.status, "reason": check.reason, "evidence": check.evidence}
    check.status, check.reason, check.evidence = status, reason, evidence
    check.reported_at = timezone.now()
    check.save()
    return check, before
