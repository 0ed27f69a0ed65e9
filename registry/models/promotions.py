from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Membership, Project
from canvas.roles import GRANTS, Permission
from registry.models.versions import ModelVersion

DECIDING_ROLES = [str(role) for role, granted in GRANTS.items() if Permission.DECIDE_PROMOTION in granted]


class Stage(models.Model):
    """A place a version can hold; stages are data, so that an installation can have its own."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(unique=True)
    is_exclusive = models.BooleanField(help_text="Whether one version of a model holds it at a time.")
    alias = models.SlugField(max_length=100, blank=True, help_text="The alias that moves with the stage.")

    class Meta:
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return self.name


class Check(models.Model):
    """What a room last reported about a version: whether one promotion requirement holds, and why."""

    class Status(models.TextChoices):
        """Whether the requirement holds."""

        PASSED = "passed", "Passed"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Not known yet"

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="checks")
    key = models.CharField(max_length=60, help_text="A requirement of registry.policy.")
    status = models.CharField(max_length=20, choices=Status)
    reason = models.TextField(help_text="Why, in a sentence.")
    evidence = models.JSONField(default=list, help_text='[{"type", "id", "revision", "sha256", "label", "url"}]')
    reported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["version", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "key"], name="check_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"


class PromotionRequestQuerySet(models.QuerySet["PromotionRequest"]):
    """Reads of promotion requests that several places share."""

    def listed(self) -> Self:
        """With everything a list of requests names."""
        return self.select_related(
            "project",
            "stage",
            "requested_by",
            "version__model__project",
            "version__run",
            "version__environment",
            "version__trained_by",
            "version__uploaded_by",
        ).prefetch_related("votes__by")

    def waiting_for(self, user: User) -> Self:
        """Open requests that this person may decide, in all their projects."""
        deciding = Membership.objects.filter(user=user, role__in=DECIDING_ROLES).values("project")
        opened = self.filter(status=PromotionRequest.Status.OPEN, project__in=deciding)
        return opened.exclude(requested_by=user).exclude(version__uploaded_by=user).exclude(version__trained_by=user)


class PromotionRequest(models.Model):
    """Somebody's wish that a version take a stage, and what became of it."""

    class Status(models.TextChoices):
        """Where the request stands."""

        OPEN = "open", "Waiting for a decision"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="promotions")
    number = models.PositiveIntegerField(help_text="Counts per project, from 1.")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="promotions")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="promotions")
    reason = models.TextField()
    status = models.CharField(max_length=20, choices=Status, default=Status.OPEN)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    evidence = models.JSONField(
        null=True, blank=True, help_text="The manifest frozen when the request was decided: records, revisions, hashes."
    )
    evidence_sha256 = models.CharField(max_length=64, blank=True, help_text="Over the manifest's RFC 8785 bytes.")

    objects = PromotionRequestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="promotion_number_once"),
            models.UniqueConstraint(
                fields=["version", "stage"], condition=Q(status="open"), name="promotion_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"promotion {self.number}: {self.version} to {self.stage}"

    def get_absolute_url(self) -> str:
        """The promotion's page."""
        return reverse("registry:promotion-detail", args=[self.project.slug, self.number])

    @property
    def is_open(self) -> bool:
        """Whether a decision is still to be made."""
        return self.status == self.Status.OPEN


class Vote(models.Model):
    """One approver's decision on a request, signed by entering the password again."""

    class Decision(models.TextChoices):
        """What the approver said."""

        APPROVE = "approve", "Approved"
        REJECT = "reject", "Rejected"

    promotion = models.ForeignKey(PromotionRequest, on_delete=models.PROTECT, related_name="votes")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=20, choices=Decision)
    comment = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["promotion", "at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["promotion", "by"], name="vote_once")]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} by {self.by}"


class StageAssignment(models.Model):
    """Which version held which stage from when to when; rows are closed, never removed."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="stage_assignments")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="assignments")
    promotion = models.ForeignKey(
        PromotionRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField(default=timezone.now)
    until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-from_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(until_at__isnull=True), name="version_holds_one_stage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} in {self.stage}"

    @property
    def is_without_promotion(self) -> bool:
        """Whether somebody's script set it through the MLflow API; every version starts in its stage without either."""
        return self.promotion_id is None and self.from_at > self.version.created_at
