"""The threads on a block, as pages and programs read them."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch

from accounts.models import User
from canvas.blocks import get_block
from canvas.models import Comment, Membership, Mention, Project


@dataclass(frozen=True)
class Thread:
    """A remark with its answers, and what it is about."""

    opening: Comment
    replies: list[Comment]
    field_label: str
    mentions_reader: bool

    @property
    def is_open(self) -> bool:
        """Whether nobody has resolved it."""
        return self.opening.resolved_at is None


def threads_on(project: Project, block: int, *, reader: User | None = None) -> list[Thread]:
    """The threads on a block, open ones first, each group in the order it was begun; three queries."""
    labels = {field.key: field.label for field in get_block(block).fields}
    replies = Comment.objects.select_related("author").order_by("created_at", "pk")
    opened = (
        Comment.objects.filter(project=project, block=block, thread__isnull=True)
        .select_related("author", "resolved_by")
        .prefetch_related(Prefetch("replies", queryset=replies))
        .order_by("created_at", "pk")
    )
    unseen = set()
    if reader is not None:
        waiting = Mention.objects.filter(
            user=reader, seen_at__isnull=True, comment__project=project, comment__block=block
        )
        unseen = set(waiting.values_list("comment_id", flat=True))
    threads = [
        Thread(
            one,
            list(one.replies.all()),
            labels.get(one.field, ""),
            bool(unseen & {one.pk, *(reply.pk for reply in one.replies.all())}),
        )
        for one in opened
    ]
    return sorted(threads, key=lambda thread: not thread.is_open)


def open_threads(project: Project) -> dict[int, int]:
    """How many threads are open on each block that has any; one query."""
    opened = Comment.objects.filter(project=project, thread__isnull=True, resolved_at__isnull=True)
    return dict(opened.order_by().values_list("block").annotate(Count("pk")))


def mentionable(project: Project) -> list[User]:
    """The members of a project, who can be mentioned, by name."""
    members = Membership.objects.filter(project=project, user__is_active=True).select_related("user")
    return [member.user for member in members]


def waiting_mentions(user: User) -> list[Mention]:
    """Mentions that somebody has not seen yet, in projects they may still see, newest first; one query."""
    visible = Project.objects.visible_to(user)
    unseen = Mention.objects.filter(user=user, seen_at__isnull=True, comment__project__in=visible)
    return list(unseen.select_related("comment__author", "comment__project"))
