import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from canvas.models import Project


class Job(models.Model):
    """One piece of background work; this row, not the broker, says where it stands."""

    class State(models.TextChoices):
        """Where a job stands; nothing leaves the last three."""

        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    FINAL: ClassVar = (State.SUCCEEDED, State.FAILED, State.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="jobs")
    kind = models.CharField(max_length=40)
    label = models.CharField(max_length=200, help_text="What the job does, for people.")
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    priority = models.SmallIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    token = models.CharField(max_length=32, blank=True, help_text="Fences off a worker that lost its lease.")
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(default=timezone.now)
    progress = models.PositiveSmallIntegerField(default=0, help_text="0 to 100")
    phase = models.CharField(max_length=120, blank=True, help_text="The step, in words.")
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True, help_text="Why it failed, for people.")
    idempotency_key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["state", "not_before"]),
            models.Index(fields=["project", "-created_at"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(progress__lte=100), name="job_progress_is_a_percentage"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_over(self) -> bool:
        """Whether the job reached a final state."""
        return self.state in self.FINAL

    @property
    def is_silent(self) -> bool:
        """Whether the worker missed two heartbeats; once its lease lapses, another attempt begins."""
        if self.state != self.State.RUNNING or self.lease_until is None:
            return False
        heard = self.lease_until - timedelta(seconds=settings.JOB_LEASE_SECONDS)
        return timezone.now() - heard > timedelta(seconds=2.5 * settings.JOB_HEARTBEAT_SECONDS)

    @property
    def is_cancelling(self) -> bool:
        """Whether somebody asked to cancel and the worker has not stopped yet."""
        return self.cancel_requested and not self.is_over


class LogLine(models.Model):
    """One line of a job's log."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    text = models.CharField(max_length=1000)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.text
