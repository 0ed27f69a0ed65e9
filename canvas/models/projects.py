from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.roles import SITE_GRANTS, Role

if TYPE_CHECKING:
    from canvas.access import Can


class ProjectQuerySet(models.QuerySet["Project"]):
    """Reads of projects that several places share."""

    def visible_to(self, user: User) -> Self:
        """The projects that a person may see at all."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.active_site_role in SITE_GRANTS:
            return self
        return self.filter(memberships__user=user).distinct()


class Project(models.Model):
    """One problem that a team plans, proves and promotes models for."""

    class RiskTier(TextChoices):
        """How much depends on the model being right."""

        UNKNOWN = "unknown", "Not classified"
        MINIMAL = "minimal", "Minimal risk"
        LIMITED = "limited", "Limited risk"
        HIGH = "high", "High risk"
        PROHIBITED = "prohibited", "Prohibited practice"

    class Task(TextChoices):
        """What the project's models predict; evaluations measure accordingly."""

        UNDECIDED = "", "Not decided"
        BINARY = "binary", "Binary classification"
        MULTICLASS = "multiclass", "Multiclass classification"
        REGRESSION = "regression", "Regression"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=400, blank=True)
    task = models.CharField(max_length=20, choices=Task, blank=True, default=Task.UNDECIDED)
    risk_tier = models.CharField(max_length=20, choices=RiskTier, default=RiskTier.UNKNOWN)
    allow_code_formats = models.BooleanField(
        default=False, help_text="Whether pickle and joblib models may be run, inside the sandbox only."
    )
    started_from = models.CharField(max_length=200, blank=True, help_text="The example, file or project it began as.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ProjectQuerySet.as_manager()

    can: "Can"  # set by canvas.access.get_project

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The project's overview."""
        return reverse("canvas:project-detail", args=[self.slug])

    @property
    def chain(self) -> str:
        """The name of this project's chain in the journal."""
        return f"project:{self.pk}"


class Membership(models.Model):
    """Somebody's role in one project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["user__name", "user__username"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} as {self.get_role_display()}"
