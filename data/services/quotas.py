"""How much each project keeps and may keep: refused before bytes are kept, counted with each file, recounted nightly."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

import statements
from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data import kept, storage
from data.models import StorageUse
from data.storage import Received, TooLarge, readable_size
from statements import Statement

GIB = 2**30
LARGEST_LIMIT = 2**60


_USE = Statement(
    lambda project: StorageUse.objects.filter(project=project).order_by().values_list(*statements.columns(StorageUse)),
    -1,
)


class OverQuota(TooLarge):
    """The project has no room left for this; the message says how much it keeps and who can change that."""


class InvalidLimit(ValueError):
    """The limit makes no sense; the message says why."""


@contextmanager
def receive(
    project: Project, source: BinaryIO | Iterable[bytes], *, limit: int, settled: bool = True
) -> Iterator[Received]:
    """As `storage.receive`, within what the project may still keep; raises OverQuota beyond that."""
    with within(project, limit) as left, storage.receive(source, limit=left, settled=settled) as received:
        yield received


@contextmanager
def within(project: Project, limit: int) -> Iterator[int]:
    """How many bytes may come at most; TooLarge from inside becomes OverQuota where the project's room is the reason."""
    left = room_of(project)
    try:
        yield limit if left is None else min(left, limit)
    except TooLarge:
        if left is None or left >= limit:
            raise
        use = _use_of(project)
        raise _over(project, use.used_bytes if use else 0, limit_of(use) or 0) from None


def room_of(project: Project) -> int | None:
    """How many bytes the project may still add; None where it has no limit."""
    use = _use_of(project)
    limit = limit_of(use)
    return None if limit is None else max(limit - (use.used_bytes if use else 0), 0)


def limit_of(use: StorageUse | None) -> int | None:
    """How many bytes a project may keep in all: its own limit, or the installation's; None for as many as it likes."""
    if use is not None and use.limit_bytes is not None:
        return use.limit_bytes
    return settings.PROJECT_QUOTA_BYTES or None


def count(project: Project, size: int) -> None:
    """Add a file that the project did not keep before, inside the transaction that records it; raises OverQuota.

    The check is made again here, because others may have added files meanwhile.
    """
    if not StorageUse.objects.filter(project=project).update(used_bytes=F("used_bytes") + size):
        StorageUse.objects.get_or_create(project=project, defaults={"used_bytes": size})
    use = _use_of(project)
    limit = limit_of(use)
    if use is not None and limit is not None and use.used_bytes > limit:
        raise _over(project, use.used_bytes - size, limit)


def count_new(project: Project, sha256: str, size: int) -> None:
    """As `count`, where none of the project's records points to the file yet; to be asked before one does."""
    if not kept.keeps(project, sha256):
        count(project, size)


def recount(project: Project) -> StorageUse:
    """Count afresh what a project keeps: each distinct file once."""
    used = sum(storage.size_of(digest) for digest in kept.of_project(project))
    use, _ = StorageUse.objects.update_or_create(
        project=project, defaults={"used_bytes": used, "counted_at": timezone.now()}
    )
    return use


@transaction.atomic
def set_limit(project: Project, limit: int | None, *, by: User) -> StorageUse:
    """Say how many bytes a project may keep; None for the installation's default. What it keeps already stays."""
    if limit is not None and not 0 <= limit <= LARGEST_LIMIT:
        raise InvalidLimit("The limit has to be between 0 and a billion gigabytes.")
    use, _ = StorageUse.objects.select_for_update().get_or_create(project=project)
    before = use.limit_bytes
    if before == limit:
        return use
    use.limit_bytes, use.limit_set_by = limit, by
    use.save(update_fields=["limit_bytes", "limit_set_by"])
    record(
        Action.STORAGE_LIMIT_SET,
        by=by,
        on=project,
        chain=project.chain,
        label=project.name,
        before={"limit_bytes": before},
        after={"limit_bytes": limit},
    )
    return use


def _use_of(project: Project) -> StorageUse | None:
    found = _USE.first(project.pk)
    return statements.record(StorageUse, found) if found else None


def _over(project: Project, used: int, limit: int) -> OverQuota:
    return OverQuota(
        f"{project.name} keeps {readable_size(used)} of the {readable_size(limit)} that it may, and this file does not "
        "fit in. Remove files of runs that nobody needs, or ask an administrator for more room. Nothing was kept."
    )
