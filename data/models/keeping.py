from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from canvas.models import Project


class StorageUse(models.Model):
    """How much a project keeps, and how much it may: counted with each file, and counted afresh every night."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="storage_use")
    used_bytes = models.PositiveBigIntegerField(default=0, help_text="Each distinct file of the project once.")
    limit_bytes = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Empty: the installation's default, TENET_PROJECT_QUOTA_GB."
    )
    limit_set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    counted_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"storage of {self.project}"


class StorageCheck(models.Model):
    """One pass over a part of the storage that read files again and compared them with their digests."""

    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    after_sha256 = models.CharField(max_length=64, blank=True, help_text="Where the next pass goes on.")
    files = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    damaged = models.JSONField(default=list, help_text='[{"sha256", "problem"}]: files that are gone or altered.')
    removed_files = models.PositiveIntegerField(default=0, help_text="Files that no record points to any more.")
    removed_bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-started_at"]

    def __str__(self) -> str:
        return f"storage check of {self.started_at:%Y-%m-%d}"

    @property
    def damaged_files(self) -> int:
        """How many files it found damaged; those that were whole again are on the list without a problem."""
        return sum(1 for one in self.damaged if one["problem"])
