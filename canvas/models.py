import hashlib
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q, TextChoices
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.services import canonical
from canvas.kpis import HELD_TO, held_to_sha256, metric_choices
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


class BlockRevisionQuerySet(models.QuerySet["BlockRevision"]):
    """Reads of block revisions that several places share."""

    def latest_of(self, *projects: Project) -> Self:
        """The revisions that hold now, one per block, of these projects."""
        newer = BlockRevision.objects.filter(
            project=models.OuterRef("project"), block=models.OuterRef("block"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(newer), project__in=projects)


class BlockRevision(models.Model):
    """One immutable state of one of a project's ten blocks."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="block_revisions")
    block = models.PositiveSmallIntegerField(help_text="1 to 10")
    number = models.PositiveIntegerField(help_text="Counts per project and block, from 1.")
    answers = models.JSONField(default=dict, help_text="Field key to answer, as canvas.answers cleans it.")
    summary = models.CharField(max_length=300, blank=True, help_text="What changed, in a sentence made from the diff.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = BlockRevisionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "block", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "block", "number"], name="block_revision_once"),
            models.CheckConstraint(condition=Q(block__gte=1, block__lte=10), name="block_is_one_of_ten"),
        ]

    def __str__(self) -> str:
        return f"block {self.block}, revision {self.number}"

    @property
    def sha256(self) -> str:
        """The digest of the answers, over their RFC 8785 text, in hex."""
        return hashlib.sha256(canonical(self.answers).encode()).hexdigest()


class KpiQuerySet(models.QuerySet["Kpi"]):
    """Reads of KPIs that several places share."""

    def judging(self, task: str) -> Self:
        """Those that an evaluation of this task judges a release by."""
        measurable = [choice.key for choice in metric_choices(task)]
        judged = self.filter(kind__in=(Kpi.Kind.MODEL, Kpi.Kind.FAIRNESS), metric__in=measurable)
        return judged.filter(retired_at__isnull=True, threshold__isnull=False)


class Kpi(models.Model):
    """A measure the project is held to: its target, its direction and the threshold a release must meet."""

    class Kind(TextChoices):
        """Whose success the measure speaks of."""

        BUSINESS = "business", "Business"
        MODEL = "model", "Model"
        DATA = "data", "Data"
        OPERATIONAL = "operational", "Operational"
        FAIRNESS = "fairness", "Fairness"
        COMPLIANCE = "compliance", "Compliance"

    class Direction(TextChoices):
        """Which way is better."""

        UP = "up", "Higher is better"
        DOWN = "down", "Lower is better"
        BAND = "band", "Inside a band"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="kpis")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind)
    definition = models.TextField(help_text="What is counted, over what, in a sentence.")
    metric = models.CharField(max_length=60, blank=True, help_text="The evaluation metric that measures it, by key.")
    unit = models.CharField(max_length=40, blank=True)
    direction = models.CharField(max_length=10, choices=Direction)
    baseline_value = models.FloatField(null=True, blank=True)
    target_value = models.FloatField(help_text="What the project wants to reach.")
    threshold = models.FloatField(
        null=True, blank=True, help_text="What a release must meet; for a band, its lower end."
    )
    threshold_upper = models.FloatField(null=True, blank=True, help_text="The upper end of a band.")
    due_on = models.DateField(null=True, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    data_origin = models.CharField(max_length=300, blank=True)
    cadence = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    revision = models.PositiveIntegerField(default=1, help_text="Counts every change; the journal keeps each one.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = KpiQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "kind", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "name"], condition=Q(retired_at__isnull=True), name="kpi_name_once"
            ),
            models.CheckConstraint(
                condition=~Q(direction="band") | Q(threshold__isnull=True) | Q(threshold_upper__isnull=False),
                name="kpi_band_has_two_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def held_to_sha256(self) -> str:
        """The digest of what this KPI holds a release to."""
        return held_to_sha256({key: getattr(self, key) for key in HELD_TO})
