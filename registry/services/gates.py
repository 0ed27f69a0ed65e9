"""The gate before a stage: each requirement with what is known about it now."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from registry import findings, policy
from registry.evidence import Evidence
from registry.findings import QUICK
from registry.models import Check, ModelVersion
from registry.policy import Requirement
from registry.services.checks import write


@dataclass(frozen=True)
class Gate:
    """One requirement and whether it holds for one version."""

    requirement: Requirement
    status: str
    reason: str
    evidence: list[Evidence]
    reported_at: datetime | None

    @property
    def holds(self) -> bool:
        """Whether the requirement is met."""
        return self.status == Check.Status.PASSED

    @property
    def state(self) -> str:
        """How the page draws it: ok, no or wait."""
        return {Check.Status.PASSED: "ok", Check.Status.FAILED: "no"}.get(Check.Status(self.status), "wait")


def gates_before(stage: str, version: ModelVersion) -> list[Gate]:
    """What a stage asks of a version; the quick rules are worked out now, the others are as last reported."""
    known = {check.key: check for check in version.checks.all()}
    return [_gate(requirement, version, known) for requirement in policy.requirements_of(stage)]


def all_gates(version: ModelVersion) -> list[Gate]:
    """Every requirement that any stage may ask for."""
    known = {check.key: check for check in version.checks.all()}
    return [_gate(requirement, version, known) for requirement in policy.REQUIREMENTS]


def missing(gates: list[Gate]) -> list[Gate]:
    """The gates that are closed."""
    return [gate for gate in gates if not gate.holds]


def refresh(version: ModelVersion) -> None:
    """Write down what the quick rules find now, in the transaction of a caller who journals."""
    for key, rule in QUICK.items():
        write(version, key, rule(version))


def verify_artifact(version: ModelVersion, *, by: User) -> Check:
    """Read the stored file again, and write down whether it still has its digest."""
    # Outside the transaction: reading gigabytes must not hold up every other writer.
    finding = findings.artifact_verified(version)
    with transaction.atomic():
        ModelVersion.objects.select_for_update().get(pk=version.pk)
        check, before = write(version, "artifact_verified", finding)
        chain = version.model.project.chain
        record(
            Action.ARTIFACT_VERIFIED,
            by=by,
            on=version,
            chain=chain,
            before=before,
            after={"status": str(check.status), "reason": check.reason},
        )
    return check


def _gate(requirement: Requirement, version: ModelVersion, known: dict[str, Check]) -> Gate:
    check = known.get(requirement.key)
    if rule := QUICK.get(requirement.key):
        finding = rule(version)
        return Gate(requirement, finding.status, finding.reason, finding.evidence, None)
    if check is None:
        return Gate(requirement, Check.Status.UNKNOWN, "Nothing has been reported yet.", [], None)
    if requirement.key == "kpis_met" and (moved := findings.kpis_moved(version, check)):
        return Gate(requirement, moved.status, moved.reason, moved.evidence, check.reported_at)
    return Gate(requirement, check.status, check.reason, check.evidence, check.reported_at)
