from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project


class DataSource(models.Model):
    """Where raw data comes from, who owns it, and on what terms it may be used."""

    class Kind(models.TextChoices):
        """What sort of origin it is."""

        DATABASE = "database", "Internal database"
        API = "api", "API"
        OPEN = "open", "Open data"
        PURCHASED = "purchased", "Purchased"
        SENSOR = "sensor", "Sensor"
        MANUAL = "manual", "Manual entry"
        SYNTHETIC = "synthetic", "Synthetic"

    class PersonalData(models.TextChoices):
        """Whether the data speak of identifiable people."""

        NONE = "none", "No personal data"
        PERSONAL = "personal", "Personal data"
        SPECIAL = "special", "Special category of personal data"

    class AccessStatus(models.TextChoices):
        """How far the team is with being allowed to use it."""

        GRANTED = "granted", "Granted"
        REQUESTED = "requested", "Requested"
        REFUSED = "refused", "Refused"
        NOT_NEEDED = "not-needed", "Not needed"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="sources")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind)
    owner = models.CharField(max_length=120)
    origin = models.TextField(help_text="Where it comes from and how it was collected.")
    location = models.CharField(max_length=400, blank=True, help_text="Where to find it; never a secret.")
    collection_period = models.CharField(max_length=120)
    refresh = models.CharField(max_length=120, help_text="How often it is renewed.")
    volume = models.CharField(max_length=120, blank=True)
    licence = models.CharField("licence or terms", max_length=200)
    personal_data = models.CharField(max_length=20, choices=PersonalData)
    lawful_basis = models.CharField(max_length=200, blank=True)
    known_quality_issues = models.TextField(blank=True)
    access_status = models.CharField(max_length=20, choices=AccessStatus)
    retention = models.CharField(max_length=120, blank=True)
    freshness_days = models.PositiveIntegerField(null=True, blank=True, help_text="How old the newest rows may be.")
    last_refreshed_on = models.DateField(null=True, blank=True)
    cost_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217, such as EUR")
    cost_period = models.CharField(
        max_length=20, choices=[("once", "Once"), ("month", "A month"), ("year", "A year")], blank=True
    )
    revision = models.PositiveIntegerField(default=1, help_text="Counts every change; the journal keeps each one.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "name"], name="source_name_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The source's page."""
        return reverse("data:source-detail", args=[self.project.slug, self.pk])

    @property
    def days_overdue(self) -> int:
        """By how many days its newest rows are older than they may be; 0 when they are not, or nobody said."""
        if self.freshness_days is None or self.last_refreshed_on is None:
            return 0
        age = (timezone.localdate() - self.last_refreshed_on).days
        return max(0, age - self.freshness_days)

    @property
    def freshness(self) -> str:
        """How old the newest rows are and may be, in a sentence; empty when nobody said either."""
        if self.last_refreshed_on is None:
            if self.freshness_days is None:
                return ""
            return f"The newest rows may be {_days(self.freshness_days)} old; when it was last renewed is not recorded."
        age = max(0, (timezone.localdate() - self.last_refreshed_on).days)
        said = f"The newest rows are {_days(age)} old"
        if self.freshness_days is None:
            return f"{said}; how old they may be is not recorded."
        if self.days_overdue:
            return f"{said}, and may be {_days(self.freshness_days)}: overdue by {_days(self.days_overdue)}."
        return f"{said}, and may be {_days(self.freshness_days)}."


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


class QualityCheck(models.Model):
    """One look at the quality of a source or a snapshot: what was measured, and whether that is good enough."""

    class Dimension(models.TextChoices):
        """Which side of quality was looked at."""

        COMPLETENESS = "completeness", "Completeness"
        ACCURACY = "accuracy", "Accuracy"
        TIMELINESS = "timeliness", "Timeliness"
        UNIQUENESS = "uniqueness", "Uniqueness"
        VALIDITY = "validity", "Validity"
        CONSISTENCY = "consistency", "Consistency"

    source = models.ForeignKey(DataSource, on_delete=models.PROTECT, related_name="quality_checks")
    dimension = models.CharField(max_length=20, choices=Dimension)
    name = models.CharField(max_length=160, help_text="What was checked.")
    measured = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    limit = models.FloatField(null=True, blank=True, help_text="What it is held to.")
    passed = models.BooleanField()
    note = models.TextField(blank=True)
    checked_on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["source", "-checked_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.name}, {self.checked_on}"
