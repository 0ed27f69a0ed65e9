"""The review of a block: somebody asks for it, and somebody who wrote none of it accepts."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.answers import completeness
from canvas.blocks import Block
from canvas.models import BlockAcceptance, BlockRevision, Comment, Project
from canvas.services.blocks import latest_revision, revision_label


class NotReviewable(Exception):
    """The block cannot be reviewed or accepted as it stands; the message says why."""


class NotIndependent(Exception):
    """Whoever wants to accept has written part of the text."""


@transaction.atomic
def ask(project: Project, block: Block, *, number: int, by: User) -> BlockAcceptance:
    """Ask for a review of a block's latest revision; raises NotReviewable. Asking twice asks once."""
    revision = _latest(project, block, number)
    if revision.status == BlockAcceptance.Status.ACCEPTED:
        raise NotReviewable(f"Revision {number} of this block is accepted already.")
    if revision.review:
        return revision.review
    review = BlockAcceptance.objects.create(revision=revision, requested_by=by, requested_at=timezone.now())
    record(
        Action.BLOCK_REVIEW_REQUESTED,
        by=by,
        on=revision,
        chain=project.chain,
        label=revision_label(revision),
        before={"status": "draft"},
        after={"status": "in-review", "sha256": revision.sha256},
    )
    return review


@transaction.atomic
def accept(project: Project, block: Block, *, number: int, by: User, comment: str = "") -> BlockAcceptance:
    """Accept a block's latest revision, which somebody else wrote; raises NotReviewable and NotIndependent."""
    revision = _latest(project, block, number)
    if revision.status == BlockAcceptance.Status.ACCEPTED:
        raise NotReviewable(f"Revision {number} of this block is accepted already.")
    if revision.review is None:
        raise NotReviewable("Nobody has asked for a review of this revision yet. Ask for one first.")
    _ensure_independent(revision, by)
    _ensure_settled(revision, block)
    review = revision.review
    review.accepted_by, review.accepted_at, review.comment = by, timezone.now(), comment
    review.save(update_fields=["accepted_by", "accepted_at", "comment"])
    record(
        Action.BLOCK_ACCEPTED,
        by=by,
        on=revision,
        chain=project.chain,
        label=revision_label(revision),
        before={"status": "in-review"},
        after={"status": "accepted", "sha256": revision.sha256},
        comment=comment,
    )
    return review


def writers_since_acceptance(revision: BlockRevision) -> set[int]:
    """The ids of everybody who wrote a revision after the last accepted one; two queries at most."""
    earlier = BlockRevision.objects.filter(
        project=revision.project_id, block=revision.block, number__lte=revision.number
    ).order_by()
    accepted = earlier.filter(acceptance__accepted_at__isnull=False).order_by("-number").values("number")[:1]
    last = accepted.first()
    if last:
        earlier = earlier.filter(number__gt=last["number"])
    return set(earlier.values_list("author", flat=True))


def _latest(project: Project, block: Block, number: int) -> BlockRevision:
    Project.objects.select_for_update().get(pk=project.pk)
    revision = latest_revision(project, block.number)
    if revision is None:
        raise NotReviewable("This block is empty, so there is nothing to review.")
    if revision.number != number:
        raise NotReviewable(
            f"{revision.author} saved revision {revision.number} of this block in the meantime. Read it first."
        )
    return revision


def _ensure_independent(revision: BlockRevision, by: User) -> None:
    if revision.author_id == by.pk:
        raise NotIndependent("You wrote this revision. Somebody else has to accept it.")
    if by.pk in writers_since_acceptance(revision):
        raise NotIndependent(
            "You wrote part of this text since it was last accepted. Somebody who did not has to accept it."
        )


def _ensure_settled(revision: BlockRevision, block: Block) -> None:
    if missing := completeness(block, revision.answers).missing:
        named = ", ".join(f"“{field.label}”" for field in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise NotReviewable(f"Required fields are open: {named}{more}. Have them answered first.")
    open_threads = Comment.objects.filter(
        project=revision.project_id, block=block.number, thread__isnull=True, resolved_at__isnull=True
    ).count()
    if open_threads:
        noun, them = ("comment is", "it") if open_threads == 1 else ("comments are", "them")
        raise NotReviewable(f"{open_threads} {noun} open on this block. Resolve {them} first.")
