import hashlib
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.services import canonical
from canvas.models.projects import Project


class Process(models.Model):
    """A piece of work in the organisation that was taken apart into tasks, to see which of them a prediction could do."""

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True)
    owner = models.CharField(max_length=120, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name_plural = "processes"

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """A digest of what the process says, so that a change can name what it rests on."""
        held = {"name": self.name, "description": self.description, "owner": self.owner}
        return hashlib.sha256(canonical(held).encode()).hexdigest()


class Opportunity(models.Model):
    """One task of a process, the prediction that could do it, and what speaks for and against trying."""

    class Status(models.TextChoices):
        """What became of the idea."""

        OPEN = "open", "Open"
        STARTED = "started", "Became a project"
        DECLINED = "declined", "Declined"

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="opportunities")
    task = models.CharField(max_length=200, help_text="What is done today.")
    idea = models.TextField(help_text="What would be predicted, and who would act on it.")
    value = models.PositiveSmallIntegerField(help_text="0 to 5")
    feasibility = models.PositiveSmallIntegerField(help_text="0 to 5")
    data_readiness = models.PositiveSmallIntegerField(help_text="0 to 5")
    risk = models.PositiveSmallIntegerField(help_text="0 to 5, high is bad")
    effort = models.PositiveSmallIntegerField(help_text="0 to 5, high is bad")
    is_prohibited = models.BooleanField(default=False, help_text="Whether it would be a prohibited practice.")
    roi_low = models.FloatField(null=True, blank=True, help_text="0.5 is 50 %")
    roi_likely = models.FloatField(null=True, blank=True)
    roi_high = models.FloatField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.OPEN)
    decided_reason = models.TextField(blank=True, help_text="Why it was declined, or opened again.")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="opportunities")
    revision = models.PositiveIntegerField(default=1, help_text="Counts every change; the journal keeps each one.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["process", "task"]
        verbose_name_plural = "opportunities"
        constraints: ClassVar = [models.UniqueConstraint(fields=["process", "task"], name="opportunity_task_once")]

    def __str__(self) -> str:
        return self.task

    def get_absolute_url(self) -> str:
        """The idea's page."""
        return reverse("canvas:opportunity-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether nothing was decided about it yet."""
        return self.status == self.Status.OPEN


class RankingWeights(models.Model):
    """One version of how much each score counts in the ranking; the newest holds."""

    value = models.FloatField(default=0.35)
    feasibility = models.FloatField(default=0.2)
    data_readiness = models.FloatField(default=0.2)
    risk = models.FloatField(default=0.15, help_text="Subtracted")
    effort = models.FloatField(default=0.1, help_text="Subtracted")
    reason = models.CharField(max_length=300, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name_plural = "ranking weights"

    def __str__(self) -> str:
        return f"weights of {self.set_at:%Y-%m-%d}"
