from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from registry.models.logged_models import LoggedModel
from registry.models.runs import Run


class Artifact(models.Model):
    """A file under a run or a logged model: a path that people read, and the digest under which the bytes lie."""

    # The constraints below are the index of either key.
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, null=True, blank=True, related_name="artifacts", db_index=False
    )
    logged_model = models.ForeignKey(
        LoggedModel, on_delete=models.PROTECT, null=True, blank=True, related_name="artifacts", db_index=False
    )
    path = models.CharField(max_length=500, help_text="Below the root, with slashes, such as plots/roc.png.")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(help_text="Bytes")
    stored_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stored_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(run__isnull=True) ^ Q(logged_model__isnull=True), name="artifact_has_one_owner"
            ),
            models.UniqueConstraint(fields=["run", "path"], name="run_artifact_once"),
            models.UniqueConstraint(fields=["logged_model", "path"], name="logged_model_artifact_once"),
        ]

    def __str__(self) -> str:
        return self.path
