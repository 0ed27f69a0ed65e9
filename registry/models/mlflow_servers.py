from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from jobs.models import Job


class MlflowServer(models.Model):
    """Another MLflow server that a project takes over records from."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="mlflow_servers")
    url = models.CharField(max_length=1000)
    token = models.BinaryField(blank=True, help_text="How we sign in there, encrypted.")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-added_at"]

    def __str__(self) -> str:
        return self.url


class MlflowSync(models.Model):
    """One taking over of records from an MLflow server; it goes on where an earlier one stopped."""

    class State(models.TextChoices):
        """How it went."""

        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    server = models.ForeignKey(MlflowServer, on_delete=models.PROTECT, related_name="syncs")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="mlflow_sync")
    chosen = models.JSONField(default=dict, help_text='{"experiments": ["1"], "models": ["triage"]}; empty means all.')
    state = models.CharField(max_length=20, choices=State, default=State.RUNNING)
    counts = models.JSONField(default=dict, help_text='{"run": {"new": 3, "known": 7, "refused": 0}}')
    problems = models.JSONField(default=list, help_text='[{"what", "reason"}], what was not taken over and why.')
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-requested_at"]

    def __str__(self) -> str:
        return f"sync with {self.server}"


class ImportedRecord(models.Model):
    """Which record of ours stands for which one of another server: what makes a sync repeatable."""

    server = models.ForeignKey(MlflowServer, on_delete=models.PROTECT, related_name="records")
    kind = models.CharField(max_length=30, help_text="experiment, run, logged_model, model or version.")
    remote_id = models.CharField(max_length=600)
    local_id = models.CharField(max_length=600)
    is_complete = models.BooleanField(default=False, help_text="Whether its files are here as well.")
    remote_updated_ms = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When we first saw it ended there as it is now; files taken before may be older.",
    )
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["server", "kind", "remote_id"], name="imported_record_once")
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "local_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.remote_id}"
