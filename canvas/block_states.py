"""Whether what the canvas says is planned, evidenced, contradicted or stale, with the reason in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils import timezone

from canvas import evidence
from canvas.blocks import BLOCKS, Block
from canvas.evidence import Contradiction, Proof
from canvas.models import EvidenceLink, Project


class State(StrEnum):
    """How far a block, a field or a link is borne out by records."""

    PLANNED = "planned"
    EVIDENCED = "evidenced"
    STALE = "stale"
    CONTRADICTED = "contradicted"

    @property
    def weight(self) -> int:
        """The heavier state of two is the one that shows."""
        return list(State).index(self)


@dataclass(frozen=True)
class LinkState:
    """A linked record as it stands now."""

    link: EvidenceLink
    state: State
    kind_label: str
    label: str
    url: str
    reason: str


@dataclass(frozen=True)
class Reason:
    """Why a state is what it is, in a sentence, and which field it speaks of."""

    state: State
    field: str
    field_label: str
    sentence: str


@dataclass(frozen=True)
class BlockState:
    """The state of a block with every reason, the heaviest first, and its links."""

    block: Block
    state: State
    reasons: list[Reason]
    links: list[LinkState]

    @property
    def troubles(self) -> list[Reason]:
        """The reasons that say something is wrong or out of date."""
        return [reason for reason in self.reasons if reason.state in (State.CONTRADICTED, State.STALE)]

    def links_of(self, field: str) -> list[LinkState]:
        """The records linked to one field; "" for those of the whole block."""
        return [link for link in self.links if link.link.field == field]

    def reasons_of(self, field: str) -> list[Reason]:
        """What speaks against one field."""
        return [reason for reason in self.troubles if reason.field == field]


def states_of(project: Project, answers: Mapping[int, Mapping[str, Any]]) -> dict[int, BlockState]:
    """The state of each of the ten blocks; the number of queries depends on the kinds in use, not on the records."""
    links = list(EvidenceLink.objects.filter(project=project).select_related("linked_by"))
    proofs = evidence.find_all(project, links)
    labels = {kind.key: kind.label for kind in evidence.kinds()}
    by_block: dict[int, list[LinkState]] = {block.number: [] for block in BLOCKS}
    for link in links:
        by_block[link.block].append(_link_state(link, proofs.get(link.pk), labels.get(link.kind, "Record")))
    against: dict[int, list[Contradiction]] = {block.number: [] for block in BLOCKS}
    for number, found in evidence.contradictions(project, answers):
        against[number].append(found)
    return {
        block.number: _block_state(
            block, by_block[block.number], against[block.number], is_begun=bool(answers.get(block.number))
        )
        for block in BLOCKS
    }


def counted(states: Iterable[BlockState]) -> dict[State, int]:
    """How many blocks are in each state."""
    found = [state.state for state in states]
    return {state: found.count(state) for state in State}


def _link_state(link: EvidenceLink, proof: Proof | None, kind_label: str) -> LinkState:
    if proof is None:
        return LinkState(link, State.STALE, kind_label, link.label, "", f"{link.label} is no longer there")
    state, reason = _standing(link, proof)
    return LinkState(link, state, kind_label, proof.label, proof.url, reason)


def _standing(link: EvidenceLink, proof: Proof) -> tuple[State, str]:
    if proof.against:
        return State.CONTRADICTED, f"{proof.label}: {proof.against}"
    if proof.outdated:
        return State.STALE, f"{proof.label}: {proof.outdated}"
    if link.fingerprint and proof.fingerprint != link.fingerprint:
        linked_on = timezone.localtime(link.linked_at)
        return State.STALE, f"{proof.label} has changed since it was linked on {linked_on.day} {linked_on:%b %Y}"
    return State.EVIDENCED, ""


def _block_state(block: Block, links: list[LinkState], against: list[Contradiction], *, is_begun: bool) -> BlockState:
    labels = {field.key: field.label for field in block.fields}
    reasons = [
        Reason(
            State.STALE if found.is_stale else State.CONTRADICTED,
            found.field,
            labels.get(found.field, ""),
            found.sentence,
        )
        for found in against
    ]
    reasons += [
        Reason(link.state, link.link.field, labels.get(link.link.field, ""), f"{link.reason}.")
        for link in links
        if link.reason
    ]
    reasons.sort(key=lambda reason: -reason.state.weight)
    holding = sum(link.state is State.EVIDENCED for link in links)
    if reasons:
        return BlockState(block, reasons[0].state, reasons, links)
    if holding:
        words = "linked record says" if holding == 1 else "linked records say"
        sentence = f"{holding} {words} the same as when it was linked, and nothing speaks against the plan."
        if holding > 1:
            sentence = sentence.replace("it was", "they were")
        return BlockState(block, State.EVIDENCED, [Reason(State.EVIDENCED, "", "", sentence)], links)
    sentence = "No record is linked yet." if is_begun else "Nothing is written here yet."
    return BlockState(block, State.PLANNED, [Reason(State.PLANNED, "", "", sentence)], links)
