"""Every write to a block, and how complete a project's plan is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.answers import Answers, Completeness, canvas_percent, clean, completeness, next_field
from canvas.blocks import BLOCKS, Block, Field
from canvas.diff import diff
from canvas.models import BlockRevision, Project


class StaleRevision(Exception):
    """Somebody saved the block in the meantime; carries the revision that holds now."""

    def __init__(self, latest: BlockRevision) -> None:
        super().__init__(
            f"{latest.author} saved revision {latest.number} of this block while you were writing. "
            "Nothing of yours is lost: compare both texts below, then save again."
        )
        self.latest = latest


class NothingChanged(Exception):
    """The answers are those of the latest revision."""


@dataclass(frozen=True)
class PlanCompleteness:
    """How much of a project's plan is filled in."""

    percent: int
    by_block: dict[int, Completeness]
    next: tuple[Block, Field] | None

    @property
    def is_complete(self) -> bool:
        """Whether all ten blocks are complete."""
        return all(share.is_complete for share in self.by_block.values())

    @property
    def missing(self) -> list[str]:
        """The open fields, as "block title: field label"."""
        return [f"{block.title}: {field.label}" for block in BLOCKS for field in self.by_block[block.number].missing]

    @property
    def complete_blocks(self) -> int:
        """How many of the ten blocks are complete."""
        return sum(share.is_complete for share in self.by_block.values())


@transaction.atomic
def revise(project: Project, block: Block, *, answers: Mapping[str, Any], based_on: int, by: User) -> BlockRevision:
    """Save a block's answers as its next revision.

    `based_on` is the number of the revision the author saw, 0 for none. Raises InvalidAnswers for answers that do not
    fit the block's table, StaleRevision when another revision came first, and NothingChanged.
    """
    cleaned = clean(block, answers)
    Project.objects.select_for_update().get(pk=project.pk)
    latest = latest_revision(project, block.number)
    if latest and latest.number != based_on:
        raise StaleRevision(latest)
    before: Answers = latest.answers if latest else {}
    if cleaned == before:
        raise NothingChanged("Nothing changed, so there is no new revision.")
    sentence = diff(block, before, cleaned).summary if latest else "First revision."
    revision = BlockRevision.objects.create(
        project=project,
        block=block.number,
        number=latest.number + 1 if latest else 1,
        answers=cleaned,
        summary=sentence,
        author=by,
    )
    record(
        Action.BLOCK_REVISED,
        by=by,
        on=revision,
        chain=project.chain,
        label=f"block {block.number}, {block.title}, revision {revision.number}",
        after={"block": block.number, "revision": revision.number, "sha256": revision.sha256, "summary": sentence},
    )
    return revision


def latest_revision(project: Project, block: int) -> BlockRevision | None:
    """The revision of a block that holds now."""
    return BlockRevision.objects.filter(project=project, block=block).select_related("author").first()


def current_answers(project: Project) -> dict[int, Answers]:
    """The answers that hold now, by block number; one query."""
    return {revision.block: revision.answers for revision in BlockRevision.objects.latest_of(project)}


def completeness_of(project: Project, answers: dict[int, Answers] | None = None) -> PlanCompleteness:
    """How complete a project's plan is; one query unless the answers are given."""
    held = current_answers(project) if answers is None else answers
    return PlanCompleteness(
        percent=canvas_percent(held),
        by_block={block.number: completeness(block, held.get(block.number, {})) for block in BLOCKS},
        next=next_field(held),
    )


def completeness_of_many(projects: Sequence[Project]) -> list[tuple[Project, PlanCompleteness]]:
    """How complete each project's plan is, in the order given; one query for all."""
    held: dict[int, dict[int, Answers]] = {project.pk: {} for project in projects}
    for revision in BlockRevision.objects.latest_of(*projects):
        held[revision.project_id][revision.block] = revision.answers
    return [(project, completeness_of(project, held[project.pk])) for project in projects]
