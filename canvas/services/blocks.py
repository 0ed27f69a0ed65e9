"""Every write to a block, and how complete a project's plan is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.answers import Answers, Completeness, canvas_percent, clean, completeness, next_field, upgraded_answers
from canvas.blocks import BLOCKS, Block, Field, get_block
from canvas.diff import diff
from canvas.models import BlockRevision, Project
from canvas.services import drafts


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


class NoSuchRevision(Exception):
    """The block never had a revision of this number."""


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


def revise(project: Project, block: Block, *, answers: Mapping[str, Any], based_on: int, by: User) -> BlockRevision:
    """Save a block's answers as its next revision; the author's draft of the block is done with.

    `based_on` is the number of the revision the author saw, 0 for none. Raises InvalidAnswers for answers that do not
    fit the block's table, StaleRevision when another revision came first, and NothingChanged.
    """
    cleaned = clean(block, answers)
    try:
        return _revise(project, block, cleaned, based_on=based_on, by=by)
    except NothingChanged:
        drafts.discard(project, block.number, by=by)
        raise


@transaction.atomic
def _revise(project: Project, block: Block, cleaned: Answers, *, based_on: int, by: User) -> BlockRevision:
    latest = _ensure_latest(project, block, based_on)
    before = upgraded_answers(block, latest.answers) if latest else {}
    if cleaned == before:
        raise NothingChanged("Nothing changed, so there is no new revision.")
    summary = diff(block, before, cleaned).summary if latest else "First revision."
    drafts.discard(project, block.number, by=by)
    revision = _next_revision(project, block, cleaned, after=latest, by=by, summary=summary)
    record(
        Action.BLOCK_REVISED,
        by=by,
        on=revision,
        chain=project.chain,
        label=revision_label(revision),
        after={"block": block.number, "revision": revision.number, "sha256": revision.sha256, "summary": summary},
    )
    _undo_acceptance(latest, by=by)
    return revision


@transaction.atomic
def restore(project: Project, block: Block, *, number: int, based_on: int, by: User) -> BlockRevision:
    """Bring an earlier revision's answers back as the next revision; every revision between stays.

    Raises NoSuchRevision, StaleRevision, NothingChanged when it says what the latest says, and InvalidAnswers when the
    block's table has changed so far that the old answers no longer fit it.
    """
    latest = _ensure_latest(project, block, based_on)
    old = BlockRevision.objects.filter(project=project, block=block.number, number=number).first()
    if latest is None or old is None:
        raise NoSuchRevision(f"Block {block.number} has no revision {number}.")
    answers = clean(block, {key: value for key, value in old.answers.items() if key in field_keys(block)})
    if answers == upgraded_answers(block, latest.answers):
        raise NothingChanged(
            f"Revision {number} says what the latest revision says, so there is nothing to bring back."
        )
    revision = _next_revision(
        project, block, answers, after=latest, by=by, summary=f"Brought back revision {number}.", restores=number
    )
    record(
        Action.BLOCK_RESTORED,
        by=by,
        on=revision,
        chain=project.chain,
        label=f"revision {number} of block {block.number}, {block.title}, as revision {revision.number}",
        before={"revision": latest.number, "sha256": latest.sha256},
        after={"revision": revision.number, "sha256": revision.sha256},
    )
    _undo_acceptance(latest, by=by)
    return revision


def _ensure_latest(project: Project, block: Block, based_on: int) -> BlockRevision | None:
    """The revision that holds now, with the project locked so that no other comes in between."""
    Project.objects.select_for_update().get(pk=project.pk)
    latest = latest_revision(project, block.number)
    if latest and latest.number != based_on:
        raise StaleRevision(latest)
    return latest


def _next_revision(
    project: Project,
    block: Block,
    answers: Answers,
    *,
    after: BlockRevision | None,
    by: User,
    summary: str,
    restores: int | None = None,
) -> BlockRevision:
    return BlockRevision.objects.create(
        project=project,
        block=block.number,
        number=after.number + 1 if after else 1,
        answers=answers,
        summary=summary,
        restores=restores,
        author=by,
    )


def _undo_acceptance(revision: BlockRevision | None, *, by: User) -> None:
    """Say in the journal that an accepted text no longer holds; the acceptance itself stays with its revision."""
    acceptance = revision.review if revision else None
    if revision and acceptance and acceptance.accepted_at:
        record(
            Action.BLOCK_ACCEPTANCE_UNDONE,
            by=by,
            on=revision,
            chain=revision.project.chain,
            label=revision_label(revision),
            before={"status": "accepted", "accepted_by": str(acceptance.accepted_by)},
            after={"status": "draft"},
        )


def revision_label(revision: BlockRevision) -> str:
    """What the journal calls a revision."""
    return f"block {revision.block}, {get_block(revision.block).title}, revision {revision.number}"


def field_keys(block: Block) -> frozenset[str]:
    """The keys of a block's fields."""
    return frozenset(field.key for field in block.fields)


def latest_revision(project: Project, block: int) -> BlockRevision | None:
    """The revision of a block that holds now."""
    reviewed = BlockRevision.objects.select_related("author", "project").reviewed()
    return reviewed.filter(project=project, block=block).first()


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
