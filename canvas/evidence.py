"""Records that can prove what the canvas says: rooms to the left offer their kinds when they start.

A kind tells which of its records a project may link, how each stands today, and so whether a link still holds. A claim
compares what a block says with what happened, and answers in words.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.urls import NoReverseMatch

from audit.services import canonical
from canvas.models import EvidenceLink, Project

# At most so many records of a kind are offered for a link.
CHOICES = 200


@dataclass(frozen=True)
class Proof:
    """One record as it stands now."""

    id: str
    label: str
    url: str
    # What the record holds, as a digest: a link whose fingerprint differs is stale.
    fingerprint: str
    recorded_at: datetime
    # Why the record no longer proves anything ("retired on …"); empty while it does.
    outdated: str = ""
    # Why the record speaks against the plan ("recall 0.71, threshold 0.80"); empty when it does not.
    against: str = ""


class EvidenceKind(Protocol):
    """One kind of record that a field may link."""

    key: str
    label: str

    def choices(self, project: Project) -> list[Proof]:
        """The records of a project that may be linked, newest first, at most 200."""

    def find(self, project: Project, ids: Iterable[str]) -> dict[str, Proof]:
        """The named records of a project as they stand now, by id; a record that is gone is left out. One query."""


@dataclass(frozen=True)
class Contradiction:
    """A sentence on how reality differs from what a field says."""

    field: str
    sentence: str
    # Whether reality differs now, or only was not looked at for too long.
    is_stale: bool = False


Claim = Callable[[Project, Mapping[int, Mapping[str, Any]]], list[tuple[int, Contradiction]]]

_KINDS: dict[str, EvidenceKind] = {}
_CLAIMS: dict[str, Claim] = {}


def offer(kind: EvidenceKind) -> None:
    """Make a kind of record known; called from the offering room's AppConfig.ready()."""
    _KINDS[kind.key] = kind


def offer_claim(key: str, claim: Claim) -> None:
    """Make a comparison of plan and reality known; it gets the answers by block number and names block and field."""
    _CLAIMS[key] = claim


def kinds() -> list[EvidenceKind]:
    """The kinds on offer, in the order of their labels."""
    return sorted(_KINDS.values(), key=lambda kind: kind.label)


def kind(key: str) -> EvidenceKind:
    """The kind with this key; KeyError when nobody offers it."""
    return _KINDS[key]


def fingerprint(*held: Any) -> str:
    """The digest of what a record holds, in hex."""
    return hashlib.sha256(canonical({"held": list(held)}).encode()).hexdigest()


def numbered(ids: Iterable[str]) -> list[int]:
    """Those ids that can be the number of a row; anything else names no record."""
    return [int(one) for one in ids if one.isascii() and one.isdecimal() and len(one) < 19]


def page_of(record: Any) -> str:
    """The address of a record's page; empty where the installation has none."""
    try:
        return str(record.get_absolute_url())
    except NoReverseMatch:
        return ""


def find_all(project: Project, links: Iterable[EvidenceLink]) -> dict[int, Proof]:
    """The linked records as they stand now, by the link's id; one query for each kind in use."""
    by_kind: dict[str, list[EvidenceLink]] = {}
    for made in links:
        by_kind.setdefault(made.kind, []).append(made)
    proofs: dict[int, Proof] = {}
    for key, made_links in by_kind.items():
        if key not in _KINDS:
            continue
        found = _KINDS[key].find(project, sorted({made.object_id for made in made_links}))
        proofs |= {made.pk: found[made.object_id] for made in made_links if made.object_id in found}
    return proofs


def contradictions(project: Project, answers: Mapping[int, Mapping[str, Any]]) -> list[tuple[int, Contradiction]]:
    """Everything in which reality differs from the plan, by block number."""
    return [found for claim in _CLAIMS.values() for found in claim(project, answers)]
