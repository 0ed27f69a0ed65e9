from typing import ClassVar, Self

from django.db import models
from django.db.models import Count
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


class ServingStatement(models.Model):
    """Somebody's statement of the environment that a version is served in, and where; the latest per place holds."""

    version = models.ForeignKey("registry.ModelVersion", on_delete=models.PROTECT, related_name="serving_statements")
    environment = models.ForeignKey(TrainingEnvironment, on_delete=models.PROTECT, related_name="serving_statements")
    place = models.CharField(max_length=120, help_text="Where it is served: a cluster, a site, a device.")
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-stated_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.version} at {self.place}"
