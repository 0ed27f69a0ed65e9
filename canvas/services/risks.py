"""Every write to the risk register."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project, Risk
from canvas.services import signatures

FIELDS = (
    "title",
    "description",
    "category",
    "affected",
    "likelihood",
    "impact",
    "treatment",
    "measures",
    "residual_likelihood",
    "residual_impact",
    "owner",
    "review_on",
    "status",
)


class StaleRisk(Exception):
    """Somebody changed the risk in the meantime."""


class NothingChanged(Exception):
    """The risk says this already."""


class NotToBeAccepted(Exception):
    """What remains of the risk cannot be accepted, or not by this person; the message says why."""


@transaction.atomic
def add_risk(project: Project, *, by: User, **fields: Any) -> Risk:  # Any: the columns named in FIELDS
    """Add a line to a project's risk register."""
    project = Project.objects.select_for_update().get(pk=project.pk)
    largest = Risk.objects.filter(project=project).aggregate(largest=Max("number"))["largest"] or 0
    risk = Risk.objects.create(project=project, number=largest + 1, created_by=by, changed_by=by, **fields)
    record(Action.RISK_ADDED, by=by, on=risk, chain=project.chain, after=_values(risk))
    return risk


@transaction.atomic
def change_risk(risk: Risk, *, by: User, based_on: int, **fields: Any) -> Risk:  # Any: as above
    """Change a risk, which undoes its acceptance; raises StaleRisk when it was changed since `based_on`."""
    risk = _locked(risk)
    _ensure_current(risk, based_on)
    before = _values(risk)
    for key, value in fields.items():
        setattr(risk, key, value)
    if _values(risk) == before:
        raise NothingChanged("Nothing changed.")
    risk.revision += 1
    risk.changed_by, risk.changed_at = by, timezone.now()
    risk.accepted_by = risk.accepted_at = None
    risk.save()
    record(Action.RISK_CHANGED, by=by, on=risk, chain=risk.project.chain, before=before, after=_values(risk))
    return risk


def accept_risk(risk: Risk, *, by: User, based_on: int, password: str, comment: str) -> Risk:
    """Accept what remains of a risk, with a signature; a later change undoes it.

    Raises NotToBeAccepted, StaleRisk, WrongPassword or TooManyAttempts.
    """
    risk = Risk.objects.select_related("project").get(pk=risk.pk)
    _ensure_acceptable(risk, by, comment)
    _ensure_current(risk, based_on)
    signatures.confirm(by, password=password, on=risk, project=risk.project)
    with transaction.atomic():
        risk = _locked(risk)
        _ensure_current(risk, based_on)
        _ensure_acceptable(risk, by, comment)
        risk.accepted_by, risk.accepted_at = by, timezone.now()
        risk.save(update_fields=["accepted_by", "accepted_at"])
        after = {"revision": risk.revision, "residual_score": risk.residual_score}
        record(Action.RISK_ACCEPTED, by=by, on=risk, chain=risk.project.chain, after=after, comment=comment.strip())
    return risk


def reason_against(risk: Risk, by: User) -> str:
    """Why this person cannot accept what remains of a risk now; empty when they can."""
    if risk.accepted_at is not None:
        return f"{risk.accepted_by} accepted what remains already."
    if risk.residual_score is None:
        return "Judge what remains first: its likelihood and its impact once the measures are in place."
    if by.pk in (risk.created_by_id, risk.changed_by_id):
        return "Somebody other than its author accepts what remains of a risk."
    return ""


def _ensure_acceptable(risk: Risk, by: User, comment: str) -> None:
    if against := reason_against(risk, by):
        raise NotToBeAccepted(against)
    if not comment.strip():
        raise NotToBeAccepted("Say why what remains can be borne; the journal keeps the reason.")


def _ensure_current(risk: Risk, based_on: int) -> None:
    if risk.revision != based_on:
        raise StaleRisk(
            "Somebody else changed this risk while you were writing. Nothing of yours is lost: compare it with the risk "
            "as it is now, then save again."
        )


def _locked(risk: Risk) -> Risk:
    # Two statements: PostgreSQL refuses to lock the empty side of an outer join.
    Risk.objects.select_for_update().get(pk=risk.pk)
    return Risk.objects.select_related("project", "accepted_by").get(pk=risk.pk)


def _values(risk: Risk) -> dict[str, Any]:
    return {key: getattr(risk, key) for key in FIELDS if key != "review_on"} | {"review_on": str(risk.review_on or "")}
