from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from canvas.models.projects import Project


class GoNoGoDecision(models.Model):
    """Whether the project goes ahead: what the records suggest, what people decided, and why."""

    class Outcome(models.TextChoices):
        """What is decided."""

        GO = "go", "Go"
        CONDITIONAL = "go-with-conditions", "Go with conditions"
        NO_GO = "no-go", "No-go"
        REVISIT = "revisit", "Revisit on a date"

    class Status(models.TextChoices):
        """Where the decision stands."""

        PROPOSED = "proposed", "Waiting for signatures"
        DECIDED = "decided", "Decided"
        WITHDRAWN = "withdrawn", "Withdrawn"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="go_no_go_decisions")
    number = models.PositiveIntegerField(help_text="Counts per project, from 1.")
    outcome = models.CharField(max_length=20, choices=Outcome)
    suggestion = models.CharField(max_length=20, choices=Outcome, help_text="What the records suggested.")
    suggestion_reasons = models.JSONField(default=list, help_text="Why, in sentences.")
    reasons = models.TextField()
    difference_reason = models.TextField(blank=True, help_text="Why people decide otherwise than suggested.")
    revisit_on = models.DateField(null=True, blank=True)
    evidence = models.JSONField(default=dict, help_text="Revisions and digests of what the decision rests on.")
    status = models.CharField(max_length=20, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["project", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="go_no_go_once"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(status="proposed"), name="one_go_no_go_waits_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"go/no-go decision {self.number}"


class GoNoGoSignature(models.Model):
    """One decider's signature; the sponsor and the risk owner are two people."""

    class Capacity(models.TextChoices):
        """In which capacity somebody decides."""

        SPONSOR = "sponsor", "Sponsor"
        RISK_OWNER = "risk-owner", "Risk owner"

    decision = models.ForeignKey(GoNoGoDecision, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=20, choices=Capacity)
    comment = models.TextField(blank=True)
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "user"], name="go_no_go_signed_once_by_each"),
            models.UniqueConstraint(fields=["decision", "capacity"], name="go_no_go_signed_once_as_each"),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.get_capacity_display()}"


class GoNoGoCondition(models.Model):
    """Something that has to hold for a conditional go, by whom and by when."""

    decision = models.ForeignKey(GoNoGoDecision, on_delete=models.PROTECT, related_name="conditions")
    text = models.CharField(max_length=400)
    owner = models.CharField(max_length=120)
    due_on = models.DateField()
    met_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    met_note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.text
