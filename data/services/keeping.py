"""Look after the storage, a bounded slice at a time: are files still what they were, and does anything point to them?"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data import damage, kept, parts, storage
from data.models import StorageCheck
from data.services import quotas
from data.storage import Lying

STARTS = "0123456789abcdef"
BATCH = 500
GONE = "The file is gone."
ALTERED = "The bytes are not the ones that were stored."
ABANDONED_AFTER = timedelta(hours=6)
LISTED = 100
REMEMBERED = 1_000


@dataclass
class _Pass:
    """What one pass may still do, and what it saw."""

    bytes_left: int
    grace: datetime
    after: str
    reached: str = ""
    files: int = 0
    bytes: int = 0
    damaged: list[dict[str, str]] = field(default_factory=list)
    removed: list[Lying] = field(default_factory=list)

    @property
    def is_spent(self) -> bool:
        """Whether the rest has to wait for the next pass."""
        return self.bytes_left <= 0


def look_after(*, budget: int | None = None) -> StorageCheck | None:
    """Go on where the last pass ended: re-check files, set aside what nothing points to, throw away old leftovers.

    None when another pass is under way. No transaction is open while files are read.
    """
    check = _begin()
    if check is None:
        return None
    grace = timezone.now() - timedelta(hours=settings.STORAGE_GRACE_HOURS)
    storage.empty_aside(before=grace)
    parts.discard_older_than(grace)
    seen = _Pass(budget or settings.STORAGE_CHECK_BYTES, grace, check.after_sha256)
    for start in STARTS:
        if start >= seen.after[:1] and not seen.is_spent:
            _look_at(start, seen)
    return _end(check, seen)


def damaged_now() -> list[dict[str, str]]:
    """Every file that was damaged when it was last looked at."""
    latest: dict[str, str] = {}
    for damaged in StorageCheck.objects.order_by("-started_at").values_list("damaged", flat=True)[:REMEMBERED]:
        for one in damaged:
            latest.setdefault(one["sha256"], one["problem"])
    return [{"sha256": sha256, "problem": problem} for sha256, problem in sorted(latest.items()) if problem]


def recount_all() -> None:
    """Count afresh what each project keeps."""
    for project in Project.objects.all().iterator():
        quotas.recount(project)


def _begin() -> StorageCheck | None:
    with transaction.atomic():
        last = StorageCheck.objects.select_for_update().order_by("-started_at").first()
        if last and last.ended_at is None and last.started_at > timezone.now() - ABANDONED_AFTER:
            return None
        return StorageCheck.objects.create(after_sha256=last.after_sha256 if last else "")


def _look_at(start: str, seen: _Pass) -> None:
    lying = {file.sha256: file for file in storage.lying(start)}
    wanted = kept.expected(start)
    known = {one["sha256"] for one in damaged_now()}
    for sha256 in sorted(wanted | lying.keys()):
        if sha256 <= seen.after or seen.is_spent:
            continue
        seen.reached = sha256
        if sha256 in wanted:
            _check(sha256, lying.get(sha256), seen, known)
    _set_aside([file for file in lying.values() if file.sha256 not in wanted and file.changed_at < seen.grace], seen)


def _check(sha256: str, file: Lying | None, seen: _Pass, known: Iterable[str]) -> None:
    # It may have been set aside by a pass that did not see the record that points to it, or have just arrived.
    problem = "" if storage.matches(sha256) else ALTERED if storage.exists(sha256) else GONE
    size = file.size if file else 0
    seen.files += 1
    seen.bytes += size
    seen.bytes_left -= max(size, 4096)
    if problem or sha256 in known:
        seen.damaged.append({"sha256": sha256, "problem": problem})


def _set_aside(candidates: list[Lying], seen: _Pass) -> None:
    for start in range(0, len(candidates), BATCH):
        batch = candidates[start : start + BATCH]
        still_wanted = kept.pointed_to([file.sha256 for file in batch])
        for file in batch:
            if file.sha256 not in still_wanted and storage.set_aside(file.sha256, unchanged_since=seen.grace):
                seen.removed.append(file)


def _end(check: StorageCheck, seen: _Pass) -> StorageCheck:
    known = {one["sha256"]: one["problem"] for one in damaged_now()}
    with transaction.atomic():
        check.ended_at = timezone.now()
        # The next pass begins anew once this one came to the end.
        check.after_sha256 = seen.reached if seen.is_spent else ""
        check.files, check.bytes, check.damaged = seen.files, seen.bytes, seen.damaged
        check.removed_files, check.removed_bytes = len(seen.removed), sum(file.size for file in seen.removed)
        check.save()
        for one in seen.damaged:
            if known.get(one["sha256"], "") != one["problem"]:
                _tell(check, one["sha256"], one["problem"])
        if seen.removed:
            digests = [file.sha256 for file in seen.removed[:LISTED]]
            after = {"files": check.removed_files, "bytes": check.removed_bytes, "first": digests}
            record(Action.STORAGE_SWEPT, by=None, on=check, label=f"{check.removed_files} files", after=after)
    return check


def _tell(check: StorageCheck, sha256: str, problem: str) -> None:
    action = Action.FILE_DAMAGED if problem else Action.FILE_WHOLE_AGAIN
    record(action, by=None, on=check, label=f"{sha256[:12]}…", after={"sha256": sha256, "problem": problem})
    damage.tell(sha256, problem)
