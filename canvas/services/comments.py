"""Every write to comments on blocks: remarks, replies, mentions, and whether a thread is settled."""

import re

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.blocks import Block, get_block
from canvas.models import Comment, Mention, Project

# A name stands after a space, a bracket or at the start of a line, so that mail addresses are none.
MENTION = re.compile(r"(?<![\w@./+-])@([\w.@+-]{1,150})")
EXCERPT = 120


class UnknownMention(Exception):
    """A comment names somebody who is not a member of the project, or does not exist: the two look alike."""


class NoSuchField(Exception):
    """The block has no field of this key."""


class ThreadSettled(Exception):
    """The thread is resolved, or was reopened, in the meantime."""


@transaction.atomic
def add(project: Project, block: Block, *, text: str, by: User, field: str = "") -> Comment:
    """Open a thread on a block or one of its fields; raises NoSuchField and UnknownMention."""
    if field and field not in {one.key for one in block.fields}:
        raise NoSuchField(f"Block {block.number} has no field “{field[:60]}”.")
    return _write(Comment(project=project, block=block.number, field=field, text=text, author=by))


@transaction.atomic
def reply(thread: Comment, *, text: str, by: User) -> Comment:
    """Answer in an open thread; raises ThreadSettled and UnknownMention."""
    thread = _locked(thread)
    if thread.resolved_at:
        raise ThreadSettled("This thread is resolved. Reopen it to answer.")
    answer = Comment(
        project=thread.project, block=thread.block, field=thread.field, thread=thread, text=text, author=by
    )
    return _write(answer)


@transaction.atomic
def resolve(thread: Comment, *, by: User) -> Comment:
    """Settle a thread; raises ThreadSettled when it is settled already."""
    thread = _locked(thread)
    if thread.resolved_at:
        raise ThreadSettled("This thread is resolved already.")
    thread.resolved_by, thread.resolved_at = by, timezone.now()
    thread.save(update_fields=["resolved_by", "resolved_at"])
    _record(Action.COMMENT_RESOLVED, thread, by=by)
    return thread


@transaction.atomic
def reopen(thread: Comment, *, by: User) -> Comment:
    """Take a settled thread up again; raises ThreadSettled when it is open."""
    thread = _locked(thread)
    if not thread.resolved_at:
        raise ThreadSettled("This thread is open already.")
    thread.resolved_by, thread.resolved_at = None, None
    thread.save(update_fields=["resolved_by", "resolved_at"])
    _record(Action.COMMENT_REOPENED, thread, by=by)
    return thread


def note_seen(user: User, project: Project, block: int) -> int:
    """Mentions of somebody on a block are seen once they open it; a note to themselves, and so not journaled."""
    waiting = Mention.objects.filter(user=user, seen_at__isnull=True, comment__project=project, comment__block=block)
    return waiting.update(seen_at=timezone.now())


def mentioned_in(text: str, project: Project) -> list[User]:
    """The members a text names, each once; raises UnknownMention for any other name."""
    names = list(dict.fromkeys(MENTION.findall(text)))
    if not names:
        return []
    members = User.objects.filter(memberships__project=project, is_active=True)
    by_name = {user.username.casefold(): user for user in members}
    found, unknown = {}, []
    for name in names:
        # A point or a dash may end the sentence rather than the name.
        member = by_name.get(name.casefold()) or by_name.get(name.casefold().rstrip(".-+@_"))
        if member:
            found[member.pk] = member
        else:
            unknown.append(name.rstrip(".-+@_") or name)
    if unknown:
        listed = " and ".join([", ".join(f"@{name}" for name in unknown[:-1]), f"@{unknown[-1]}"]).removeprefix(" and ")
        verb = "is not a member" if len(unknown) == 1 else "are not members"
        raise UnknownMention(
            f"{listed} {verb} of {project.name}, so nobody was told and nothing was sent. "
            "Take the @ away, or choose a member from the list that opens when you type @."
        )
    return list(found.values())


def _write(comment: Comment) -> Comment:
    mentioned = [user for user in mentioned_in(comment.text, comment.project) if user.pk != comment.author_id]
    comment.save()
    Mention.objects.bulk_create(Mention(comment=comment, user=user) for user in mentioned)
    _record(
        Action.COMMENT_ADDED,
        comment,
        by=comment.author,
        mentions=", ".join(sorted(user.username for user in mentioned)),
    )
    return comment


def _record(action: Action, comment: Comment, *, by: User, mentions: str = "") -> None:
    block = get_block(comment.block)
    about = f", “{block.field(comment.field).label}”" if comment.field else ""
    excerpt = comment.text if len(comment.text) <= EXCERPT else f"{comment.text[: EXCERPT - 1]}…"
    record(
        action,
        by=by,
        on=comment,
        chain=comment.project.chain,
        label=f"block {block.number}, {block.title}{about}",
        after={"text": excerpt, "reply_to": comment.thread_id, "mentions": mentions},
    )


def _locked(thread: Comment) -> Comment:
    return Comment.objects.select_for_update(of=("self",)).select_related("project").get(pk=thread.pk)
