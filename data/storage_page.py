"""What the page and the API say about the storage: each project's share, the last passes, and files that are damaged."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet

from accounts.models import User
from canvas.models import Project
from data import kept
from data.models import StorageCheck, StorageUse
from data.services import keeping, quotas

PASSES = 20
NAMED = 5


@dataclass(frozen=True)
class Share:
    """How much one project keeps and may keep."""

    project: Project
    use: StorageUse | None

    @property
    def used_bytes(self) -> int:
        """What its files take, each distinct one once."""
        return self.use.used_bytes if self.use else 0

    @property
    def limit_bytes(self) -> int | None:
        """What it may keep; None for as much as it likes."""
        return quotas.limit_of(self.use)

    @property
    def own_limit(self) -> str:
        """The limit that an administrator set for it, in GiB as a form shows it; empty for the default."""
        if self.use is None or self.use.limit_bytes is None:
            return ""
        return f"{self.use.limit_bytes / quotas.GIB:.3f}".rstrip("0").rstrip(".")

    @property
    def percent(self) -> int | None:
        """How full its room is; None where there is no end to it."""
        if not self.limit_bytes:
            return None if self.limit_bytes is None else 100
        return min(100, round(100 * self.used_bytes / self.limit_bytes))


def ensure_reader(user: User) -> None:
    """Raise PermissionDenied for whoever may not see the storage of the whole installation."""
    if not (user.is_administrator or user.is_auditor):
        raise PermissionDenied("Only auditors and administrators see what the whole installation stores.")


def share_of(project: Project) -> Share:
    """What one project keeps and may keep."""
    return Share(project, StorageUse.objects.select_related("limit_set_by").filter(project=project).first())


def projects() -> QuerySet[Project]:
    """Every project, the one that keeps most first."""
    return Project.objects.select_related("storage_use").order_by(
        F("storage_use__used_bytes").desc(nulls_last=True), "name"
    )


def shares(page: Any) -> list[Share]:  # Any: a page or a list of projects
    """What each of some projects keeps."""
    return [Share(project, getattr(project, "storage_use", None)) for project in page]


def passes() -> list[StorageCheck]:
    """The last passes over the storage, the newest first."""
    return list(StorageCheck.objects.order_by("-started_at")[:PASSES])


def damaged() -> list[dict[str, Any]]:
    """Each damaged file with the problem and the records that point to it."""
    return [one | {"records": kept.named_by(one["sha256"], most=NAMED)} for one in keeping.damaged_now()]


def default_limit() -> int | None:
    """What a project may keep unless it has a limit of its own."""
    return settings.PROJECT_QUOTA_BYTES or None
