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


class Standing(models.Model):
    """Where a project stood when it was last worked out, so that the portfolio can be sorted; never edited by people."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="standing")
    level = models.PositiveSmallIntegerField(help_text="The MLOps level: 0, 1 or 2.")
    attested = models.PositiveSmallIntegerField(help_text="Criteria of that level that rest on somebody's word alone.")
    velocity = models.FloatField(null=True, blank=True, help_text="0 to 100; empty without data.")
    validation = models.FloatField(null=True, blank=True)
    versioning = models.FloatField(null=True, blank=True)
    completeness = models.PositiveSmallIntegerField(help_text="Percent of the plan.")
    stage = models.CharField(max_length=60, blank=True, help_text="The furthest stage that a version holds.")
    stage_position = models.PositiveSmallIntegerField(default=0)
    kept = models.PositiveIntegerField()
    broken = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    journal_seq = models.PositiveBigIntegerField(help_text="The journal's last line then; a later one makes this old.")
    targets = models.ForeignKey(Targets, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    computed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["project"]

    def __str__(self) -> str:
        return f"level {self.level} on {self.computed_at:%Y-%m-%d}"
