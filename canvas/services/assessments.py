"""Every write to impact assessments and oversight plans: immutable versions of answers to a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.answers import Completeness, completeness
from canvas.blocks.shape import Questionnaire
from canvas.cleaning import Answers, clean
from canvas.diff import diff
from canvas.models import ImpactAssessment, OversightPlan, Project
from canvas.risk.impact import IMPACT
from canvas.risk.oversight import OVERSIGHT


class StaleVersion(Exception):
    """Somebody saved another version in the meantime; carries the one that holds now."""

    def __init__(self, latest: ImpactAssessment | OversightPlan) -> None:
        super().__init__(
            f"{latest.created_by} saved version {latest.number} while you were writing. Nothing of yours is lost: compare "
            "both texts below, then save again."
        )
        self.latest = latest


class NothingChanged(Exception):
    """The answers are those of the latest version."""


@dataclass(frozen=True)
class Kind:
    """One of the two kinds: its table, its model and what the journal says of it."""

    key: str
    title: str
    noun: str
    table: Questionnaire
    model: type[ImpactAssessment] | type[OversightPlan]
    action: Action
    lead: str


IMPACT_KIND = Kind(
    "impact",
    "Impact assessment",
    "impact assessment",
    IMPACT,
    ImpactAssessment,
    Action.IMPACT_ASSESSED,
    "What the system may do to people, and what is done about it: the content of GDPR Art. 35(7) and AI Act Art. 27.",
)
OVERSIGHT_KIND = Kind(
    "oversight",
    "Oversight plan",
    "oversight plan",
    OVERSIGHT,
    OversightPlan,
    Action.OVERSIGHT_PLANNED,
    "Who watches the system, with which means, and how they stop it: the content of AI Act Art. 14 and 26.",
)
KINDS = {kind.key: kind for kind in (IMPACT_KIND, OVERSIGHT_KIND)}


def assess_impact(project: Project, *, answers: Mapping[str, Any], based_on: int, by: User) -> ImpactAssessment:
    """Save the impact assessment as its next version; raises InvalidAnswers, StaleVersion or NothingChanged."""
    saved = save_version(IMPACT_KIND, project, answers=answers, based_on=based_on, by=by)
    assert isinstance(saved, ImpactAssessment)  # noqa: S101  the kind's own model
    return saved


def plan_oversight(project: Project, *, answers: Mapping[str, Any], based_on: int, by: User) -> OversightPlan:
    """Save the oversight plan as its next version; raises InvalidAnswers, StaleVersion or NothingChanged."""
    saved = save_version(OVERSIGHT_KIND, project, answers=answers, based_on=based_on, by=by)
    assert isinstance(saved, OversightPlan)  # noqa: S101  the kind's own model
    return saved


@transaction.atomic
def save_version(
    kind: Kind, project: Project, *, answers: Mapping[str, Any], based_on: int, by: User
) -> ImpactAssessment | OversightPlan:
    """Save answers as the next version of their kind; `based_on` is the version the author saw, 0 for none."""
    cleaned = clean(kind.table, answers)
    project = Project.objects.select_for_update().get(pk=project.pk)
    latest = latest_version(kind, project)
    if latest and latest.number != based_on:
        raise StaleVersion(latest)
    before: Answers = latest.answers if latest else {}
    if cleaned == before:
        raise NothingChanged("Nothing changed, so there is no new version.")
    sentence = diff(kind.table, before, cleaned).summary if latest else "First version."
    saved = kind.model._default_manager.create(
        project=project,
        number=latest.number + 1 if latest else 1,
        answers=cleaned,
        summary=sentence,
        created_by=by,
    )
    after = {"version": saved.number, "summary": sentence, "sha256": saved.sha256}
    record(kind.action, by=by, on=saved, chain=project.chain, after=after)
    return saved


def latest_version(kind: Kind, project: Project) -> ImpactAssessment | OversightPlan | None:
    """The version that holds now."""
    return kind.model._default_manager.filter(project=project).select_related("created_by").first()


def how_complete(kind: Kind, answers: Mapping[str, Any]) -> Completeness:
    """How much of what a kind requires is answered."""
    return completeness(kind.table, answers)
