"""What is known about a version: any room reports a check, a promotion reads it."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from registry import policy
from registry.evidence import Evidence, Finding
from registry.models import Check, ModelVersion
from registry.services import webhooks


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
    check, before = write(version, key, Finding(status, reason, list(evidence)))
    after = _said(check)
    if before != after:
        project = version.model.project
        record(Action.CHECK_REPORTED, by=by, on=version, chain=project.chain, before=before, after=after)
    return check


def write(version: ModelVersion, key: str, finding: Finding) -> tuple[Check, dict[str, object]]:
    """Set a check inside the transaction of a caller who journals it; returns it with what it said before."""
    check = Check.objects.filter(version=version, key=key).first()
    if check is None:
        check, before = begin(version, key, finding), {}
    else:
        before = _said(check)
        _save(check, finding)
    if key == "artifact_verified" and check.status == Check.Status.FAILED and before.get("status") != check.status:
        data = {"name": version.model.name, "version": str(version.number)}
        webhooks.announce(
            version.model.project, "model_version.damaged", data=data, by=None, before=before, after=_said(check)
        )
    return check, before


def begin(version: ModelVersion, key: str, finding: Finding) -> Check:
    """Set the first check of its kind, inside the transaction that creates the version or journals the check."""
    check = Check(version=version, key=key)
    _save(check, finding)
    return check


def _save(check: Check, finding: Finding) -> None:
    check.status, check.reason, check.evidence = Check.Status(finding.status), finding.reason, finding.evidence
    check.reported_at = timezone.now()
    check.save()


def _said(check: Check) -> dict[str, object]:
    return {"key": check.key, "status": str(check.status), "reason": check.reason, "evidence": check.evidence}
