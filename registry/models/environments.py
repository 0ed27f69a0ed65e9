from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from canvas.models import Project


class TrainingEnvironmentQuerySet(models.QuerySet["TrainingEnvironment"]):
    """Reads of environments that several places share."""

    def listed(self) -> Self:
        """With who recorded each and how many versions it trained."""
        counted = self.annotate(version_count=Count("versions"))
        return counted.select_related("recorded_by").order_by("-recorded_at", "-pk")


class TrainingEnvironment(models.Model):
    """What a model was trained or is served in, kept once per content."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="environments")
    sha256 = models.CharField(max_length=64, help_text="Over the canonical JSON of everything below.")
    python_version = models.CharField(max_length=40, blank=True)
    packages = models.JSONField(
        default=list, help_text='[{"name": "scikit-learn", "version": "1.7.2"}], sorted by name.'
    )
    os = models.CharField("operating system", max_length=200, blank=True)
    cpu = models.CharField("processor", max_length=200, blank=True)
    cpu_count = models.PositiveIntegerField(null=True, blank=True)
    gpu = models.CharField("graphics processor", max_length=200, blank=True)
    memory_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    container_image = models.CharField(max_length=400, blank=True, help_text="Name, and digest where it is known.")
    seeds = models.JSONField(default=dict, help_text='{"random_state": 7}: what was seeded, with what.')
    random_sources = models.JSONField(
        default=list, help_text='["numpy", "GPU kernels"]: what draws chance, seeded or not.'
    )
    captured_from = models.CharField(max_length=120, help_text="The file or script it was read from.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = TrainingEnvironmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-recorded_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "sha256"], name="environment_once")]

    def __str__(self) -> str:
        return f"Python {self.python_version or '?'}, {len(self.packages)} packages"


class ServingStatementQuerySet(models.QuerySet["ServingStatement"]):
    """Reads of statements that several places share."""

    def with_end(self) -> Self:
        """Each with the moment until which it held: its own end, or the next statement about the same place."""
        later = ServingStatement.objects.filter(
            version=OuterRef("version"), place=OuterRef("place"), pk__gt=OuterRef("pk")
        )
        replaced_at = Subquery(later.order_by("pk").values("stated_at")[:1])
        named = self.select_related("environment", "stated_by", "ended_by")
        return named.annotate(until=Coalesce("ended_at", replaced_at))

    def current(self) -> Self:
        """Those that hold."""
        return self.with_end().filter(until__isnull=True)

    def past(self) -> Self:
        """Those that hold no longer, what ended last first."""
        return self.with_end().filter(until__isnull=False).order_by(F("until").desc(), "-pk")


class ServingStatement(models.Model):
    """Somebody's statement of the environment that a version is served in, and where; the latest per place holds."""

    version = models.ForeignKey("registry.ModelVersion", on_delete=models.PROTECT, related_name="serving_statements")
    environment = models.ForeignKey(TrainingEnvironment, on_delete=models.PROTECT, related_name="serving_statements")
    place = models.CharField(max_length=120, help_text="Where it is served: a cluster, a site, a device.")
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Since when it is no longer served there.")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.CharField(max_length=500, blank=True)

    objects = ServingStatementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-stated_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.version} at {self.place}"
