from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q, TextChoices
from django.utils import timezone

from accounts.models import User
from canvas.kpis import HELD_TO, held_to_sha256, metric_choices
from canvas.models.projects import Project

if TYPE_CHECKING:
    pass


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
    entity = models.CharField(max_length=200, blank=True, help_text="What one observation is: a case, a day, a site.")
    formula = models.CharField(max_length=300, blank=True, help_text="How it is computed, where no metric does it.")
    unit = models.CharField(max_length=40, blank=True)
    direction = models.CharField(max_length=10, choices=Direction)
    baseline_value = models.FloatField(null=True, blank=True)
    baseline_on = models.DateField(null=True, blank=True, help_text="When the baseline was measured.")
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
    parent_sign = models.CharField(
        max_length=1,
        choices=[("+", "Rises with it"), ("-", "Falls with it")],
        blank=True,
        help_text="How the KPI it serves is expected to move when this one rises.",
    )
    blocks = models.JSONField(default=list, blank=True, help_text="Numbers of the canvas blocks it belongs to.")
    achievable_reason = models.TextField(blank=True, help_text="Why a target outside the evidence can be reached.")
    achievable_signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    achievable_signed_at = models.DateTimeField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    closed_result = models.TextField(blank=True, help_text="What came of it, once its due date has passed.")
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


class KpiReading(models.Model):
    """One measured value of a KPI; a correction supersedes it, and both stay."""

    class Origin(models.TextChoices):
        """How the value came here."""

        MANUAL = "manual", "Entered by hand"
        CSV = "csv", "Read from a file"
        API = "api", "Sent by a program"

    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="readings")
    measured_on = models.DateField()
    value = models.FloatField()
    lower = models.FloatField(null=True, blank=True, help_text="The lower end of its 95 % interval.")
    upper = models.FloatField(null=True, blank=True)
    sample_size = models.PositiveBigIntegerField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin)
    note = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True, blank=True, help_text="When a correction took its place.")

    class Meta:
        ordering: ClassVar = ["kpi", "measured_on", "recorded_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kpi", "measured_on"], condition=Q(superseded_at__isnull=True), name="kpi_reading_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi}: {self.value:g} on {self.measured_on}"
