import hashlib
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from audit.services import canonical
from canvas.models.projects import Project
from canvas.risk import scale
from canvas.risk.tiers import LABELS, PROHIBITED


class Classification(models.Model):
    """One signed version of a project's risk tier: the answers, what follows from them, and which duties they bring."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="classifications")
    number = models.PositiveIntegerField(help_text="Counts per project, from 1.")
    answers = models.JSONField(default=dict, help_text="Question key to answer.")
    legal_tier = models.CharField(max_length=20, help_text="Under the EU AI Act: prohibited, high, limited, minimal …")
    roles = models.JSONField(default=list, help_text="Roles under the EU AI Act: provider, deployer …")
    materiality = models.PositiveSmallIntegerField(help_text="Model-risk tier: 1 is the most material, 3 the least.")
    reasons = models.JSONField(default=list, help_text="Why, in sentences, with the provision each rests on.")
    obligations = models.JSONField(default=list, help_text="Ids of the duties that apply.")
    rules_version = models.CharField(max_length=40, help_text="Which edition of the rules computed it.")
    note = models.TextField(blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "number"], name="classification_once")]

    def __str__(self) -> str:
        return f"classification {self.number}"

    @property
    def sha256(self) -> str:
        """The digest of the answers and of what follows from them, over their RFC 8785 text, in hex."""
        said = {key: getattr(self, key) for key in ("answers", "legal_tier", "roles", "materiality", "obligations")}
        return hashlib.sha256(canonical(said).encode()).hexdigest()

    @property
    def is_prohibited(self) -> bool:
        """Whether it found a prohibited practice, so that the project has to stop."""
        return self.legal_tier == PROHIBITED

    @property
    def legal_label(self) -> str:
        """The tier in words."""
        return LABELS.get(self.legal_tier, self.legal_tier)

    @property
    def stops(self) -> list[str]:
        """The sentences that say which prohibited practices it found."""
        return [reason["sentence"] for reason in self.reasons if reason["tier"] == PROHIBITED]


class Risk(models.Model):
    """One line of the risk register."""

    class Category(models.TextChoices):
        """What is at stake."""

        HEALTH = "health", "Health and safety"
        RIGHTS = "rights", "Fundamental rights"
        FAIRNESS = "fairness", "Unequal treatment"
        PRIVACY = "privacy", "Privacy"
        SECURITY = "security", "Security"
        PERFORMANCE = "performance", "Wrong results"
        OPERATION = "operation", "Operation and dependence"
        LEGAL = "legal", "Law and contracts"
        MONEY = "money", "Money and reputation"
        ENVIRONMENT = "environment", "Environment"

    class Treatment(models.TextChoices):
        """What is done about it."""

        AVOID = "avoid", "Avoid"
        REDUCE = "reduce", "Reduce"
        TRANSFER = "transfer", "Transfer"
        ACCEPT = "accept", "Accept"

    class Status(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "Open"
        TREATED = "treated", "Treated"
        CLOSED = "closed", "Closed"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="risks")
    number = models.PositiveIntegerField(help_text="Counts per project, from 1.")
    title = models.CharField(max_length=160)
    description = models.TextField(help_text="What may happen, and how.")
    category = models.CharField(max_length=20, choices=Category)
    affected = models.CharField(max_length=300, help_text="Who would be harmed.")
    likelihood = models.PositiveSmallIntegerField(help_text="1 to 5")
    impact = models.PositiveSmallIntegerField(help_text="1 to 5")
    treatment = models.CharField(max_length=20, choices=Treatment)
    measures = models.TextField(blank=True, help_text="What is done, by whom, by when.")
    residual_likelihood = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5, once treated")
    residual_impact = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5, once treated")
    owner = models.CharField(max_length=120)
    review_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.OPEN)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, help_text="Counts every change; the journal keeps each one.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, help_text="Who wrote what holds now."
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="risk_number_once"),
            models.CheckConstraint(
                condition=Q(likelihood__gte=1, likelihood__lte=5, impact__gte=1, impact__lte=5), name="risk_is_scored"
            ),
        ]

    def __str__(self) -> str:
        return f"R{self.number} {self.title}"

    @property
    def score(self) -> int:
        """Likelihood times impact, 1 to 25, before anything is done about it."""
        return self.likelihood * self.impact

    @property
    def residual_score(self) -> int | None:
        """Likelihood times impact of what remains; None until it is judged."""
        if self.residual_likelihood is None or self.residual_impact is None:
            return None
        return self.residual_likelihood * self.residual_impact

    @property
    def band(self) -> str:
        """The word for its score."""
        return scale.band(self.score)

    @property
    def residual_band(self) -> str:
        """The word for what remains; empty until it is judged."""
        return "" if self.residual_score is None else scale.band(self.residual_score)

    @property
    def is_overdue(self) -> bool:
        """Whether its review date has passed while it is not closed."""
        return (
            self.status != self.Status.CLOSED and self.review_on is not None and self.review_on < timezone.localdate()
        )


class Assessment(models.Model):
    """What impact assessments and oversight plans have in common: immutable versions of answers to a table."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="%(class)ss")
    number = models.PositiveIntegerField(help_text="Counts per project, from 1.")
    answers = models.JSONField(default=dict, help_text="Field key to answer, as canvas.cleaning leaves it.")
    summary = models.CharField(max_length=300, blank=True, help_text="What changed, in a sentence made from the diff.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        ordering: ClassVar = ["project", "-number"]

    @property
    def sha256(self) -> str:
        """The digest of the answers, over their RFC 8785 text, in hex."""
        return hashlib.sha256(canonical(self.answers).encode()).hexdigest()


class ImpactAssessment(Assessment):
    """One version of what the system may do to people, and what is done about it."""

    class Meta(Assessment.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "number"], name="impact_version_once")]

    def __str__(self) -> str:
        return f"impact assessment, version {self.number}"


class OversightPlan(Assessment):
    """One version of who watches the system, with which means, and how they stop it."""

    class Meta(Assessment.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "number"], name="oversight_version_once")]

    def __str__(self) -> str:
        return f"oversight plan, version {self.number}"
