from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from canvas.models import Project


class Practice(models.Model):
    """Somebody's word that a criterion of an MLOps level holds, where no record can show it; the newest word counts."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="practices")
    criterion = models.CharField(max_length=60, help_text="The criterion's key in standing.maturity.")
    holds = models.BooleanField()
    reason = models.TextField(help_text="What shows it: a link, a file, a report. Links are never fetched.")
    expires_on = models.DateField(null=True, blank=True)
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "criterion", "-stated_at", "-pk"]

    def __str__(self) -> str:
        return self.criterion


class Targets(models.Model):
    """One version of what the organisation measures itself against; the newest holds."""

    values = models.JSONField(default=dict, help_text="Target key to number, as standing.targets lists them.")
    reason = models.CharField(max_length=300, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name_plural = "targets"

    def __str__(self) -> str:
        return f"targets of {self.set_at:%Y-%m-%d}"
