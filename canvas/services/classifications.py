"""Every write to a classification, and what changing it would mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.cleaning import Answers, InvalidAnswers, Problem, clean
from canvas.diff import BlockDiff, diff
from canvas.models import BlockRevision, Classification, Project
from canvas.risk import tiers
from canvas.risk.obligations import Obligation, applying, known
from canvas.risk.questions import CLASSIFICATION, only_asked, open_asks, wrong_mixtures
from canvas.risk.shape import Ask
from canvas.risk.tiers import RULES_VERSION, Judgement, judge
from canvas.services import signatures

# What a system is for, and what is done with its output: the blocks whose change may change the tier.
DECIDING_BLOCKS = (1, 6)


class Incomplete(Exception):
    """Questions are open, so nothing can be signed; carries them."""

    def __init__(self, missing: list[Ask]) -> None:
        labels = ", ".join(ask.field.label for ask in missing[:6])
        more = f" and {len(missing) - 6} more" if len(missing) > 6 else ""
        super().__init__(f"Answer these first, nothing was signed: {labels}{more}.")
        self.missing = missing


class StaleClassification(Exception):
    """Somebody signed another version in the meantime; carries the one that holds now."""

    def __init__(self, latest: Classification) -> None:
        super().__init__(
            f"{latest.signed_by} signed version {latest.number} of the classification while you were answering. Nothing "
            "of yours is lost: compare both, then sign again."
        )
        self.latest = latest


class NothingChanged(Exception):
    """The answers are those of the version that holds, under the same rules."""


@dataclass(frozen=True)
class Preview:
    """What signing these answers would change."""

    answers: Answers
    judgement: Judgement
    missing: list[Ask]
    before: Classification | None
    added: list[Obligation]
    removed: list[Obligation]
    kept: list[Obligation]
    changes: BlockDiff

    @property
    def label_before(self) -> str:
        """The tier that holds now, in words."""
        return self.before.legal_label if self.before else "Not classified"


def preview(project: Project, answers: Mapping[str, Any]) -> Preview:
    """What would follow from these answers, beside what holds; raises InvalidAnswers."""
    cleaned = clean_answers(answers)
    before = latest_classification(project)
    judgement = judge(cleaned)
    now = applying(judgement.facts)
    held = set(before.obligations) if before else set()
    ids = {obligation.id for obligation in now}
    return Preview(
        answers=cleaned,
        judgement=judgement,
        missing=open_asks(cleaned),
        before=before,
        added=[obligation for obligation in now if obligation.id not in held],
        removed=[one for one in obligations_of(before) if one.id not in ids] if before else [],
        kept=[obligation for obligation in now if obligation.id in held],
        changes=diff(CLASSIFICATION, before.answers if before else {}, cleaned),
    )


def sign(
    project: Project, *, answers: Mapping[str, Any], based_on: int, password: str, by: User, note: str = ""
) -> Classification:
    """Sign answers as the next version: tier, duties and the project's tier move together.

    `based_on` is the number of the version the signer saw, 0 for none. Raises InvalidAnswers, Incomplete,
    StaleClassification, NothingChanged, WrongPassword or TooManyAttempts.
    """
    cleaned = clean_answers(answers)
    if missing := open_asks(cleaned):
        raise Incomplete(missing)
    _ensure_new(project, cleaned, based_on)
    signatures.confirm(by, password=password, on=project, project=project)
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=project.pk)
        latest = _ensure_new(project, cleaned, based_on)
        return _store(project, cleaned, latest, by=by, note=note)


def clean_answers(answers: Mapping[str, Any]) -> Answers:
    """The stored form of answers to the questions that are asked; raises InvalidAnswers."""
    cleaned = only_asked(clean(CLASSIFICATION, answers))
    if mixed := wrong_mixtures(cleaned):
        raise InvalidAnswers([Problem(key, sentence) for key, sentence in mixed])
    return cleaned


def latest_classification(project: Project) -> Classification | None:
    """The version that holds now."""
    return Classification.objects.filter(project=project).select_related("signed_by").first()


def obligations_of(classification: Classification) -> list[Obligation]:
    """The duties that a signed version named, with their dates."""
    return known(classification.obligations, tiers.facts_of(classification.answers))


def out_of_date(classification: Classification) -> list[str]:
    """Why a signed version should be looked at again; empty while it stands."""
    later = BlockRevision.objects.filter(
        project=classification.project_id, block__in=DECIDING_BLOCKS, created_at__gt=classification.signed_at
    )
    blocks = sorted(set(later.values_list("block", flat=True)))
    reasons = [f"Block {block} was changed after it was signed." for block in blocks]
    if classification.rules_version != RULES_VERSION:
        reasons.append(f"It was computed by the rules of {classification.rules_version}; {RULES_VERSION} hold now.")
    return reasons


def _ensure_new(project: Project, cleaned: Answers, based_on: int) -> Classification | None:
    latest = latest_classification(project)
    if (latest.number if latest else 0) != based_on:
        if latest is None:
            raise InvalidAnswers([Problem("", "There is no earlier version to base this on; send based_on 0.")])
        raise StaleClassification(latest)
    same = latest is not None and latest.answers == cleaned and latest.rules_version == RULES_VERSION
    if latest and same and not out_of_date(latest):
        raise NothingChanged("Nothing changed, so there is no new version to sign.")
    return latest


def _store(project: Project, cleaned: Answers, latest: Classification | None, *, by: User, note: str) -> Classification:
    judgement = judge(cleaned)
    before = {"number": latest.number, "legal_tier": latest.legal_tier} if latest else {}
    before |= {"risk_tier": project.risk_tier}
    signed = Classification.objects.create(
        project=project,
        number=latest.number + 1 if latest else 1,
        answers=cleaned,
        legal_tier=judgement.tier,
        roles=list(judgement.roles),
        materiality=judgement.materiality,
        reasons=[reason.as_json() for reason in judgement.reasons],
        obligations=[obligation.id for obligation in applying(judgement.facts)],
        rules_version=RULES_VERSION,
        note=note,
        signed_by=by,
    )
    project.risk_tier = judgement.project_tier
    project.save(update_fields=["risk_tier"])
    after = {
        "number": signed.number,
        "legal_tier": signed.legal_tier,
        "risk_tier": project.risk_tier,
        "materiality": signed.materiality,
        "rules_version": RULES_VERSION,
        "obligations": len(signed.obligations),
    }
    record(
        Action.CLASSIFICATION_SIGNED, by=by, on=signed, chain=project.chain,
        label=f"classification {signed.number}: {judgement.label.lower()}", before=before, after=after, comment=note,
    )  # fmt: skip
    return signed
