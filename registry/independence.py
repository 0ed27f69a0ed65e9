"""Who may not decide about a version, because they have a stake in it."""

from dataclasses import dataclass

from django.utils.text import get_text_list

from accounts.models import User
from registry.models import PromotionRequest


@dataclass(frozen=True)
class Stake:
    """What somebody did for a version or its promotion, which keeps them from deciding."""

    person: User
    deed: str
    """As in “Ada Byron {deed}”."""


def stakes_in(promotion: PromotionRequest) -> list[Stake]:
    """Everybody who has a stake in a promotion, each with what they did."""
    version = promotion.version
    deeds: dict[int, list[str]] = {}
    people = {
        "requested this promotion": promotion.requested_by,
        "uploaded this version": version.uploaded_by,
        "trained this version": version.trained_by,
    }
    for deed, person in people.items():
        deeds.setdefault(person.pk, []).append(deed)
    by_id = {person.pk: person for person in people.values()}
    return [Stake(by_id[pk], get_text_list(done, "and")) for pk, done in deeds.items()]


def reason_against(promotion: PromotionRequest, user: User) -> str:
    """Why this person cannot decide this promotion, as a sentence to them; empty when they can."""
    for stake in stakes_in(promotion):
        if stake.person == user:
            return f"You {stake.deed}, so somebody else has to decide."
    return ""
