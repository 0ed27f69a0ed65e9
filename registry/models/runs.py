import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from canvas.models import Project


def new_run_id() -> str:
    """A run id as MLflow writes it: 32 hexadecimal digits."""
    return uuid.uuid4().hex


class TrainingEnvironmentQuerySet(models.QuerySet["TrainingEnvironment"]):
    """Reads of environments that several places share."""

    def listed(self) -> Self:
        """With who recorded each and how many versions it trained."""
        counted = self.annotate(version_count=Count("versions"))
        return counted.select_related("recorded_by").order_by("-recorded_at", "-pk")


class TrainingEnvironment(models.Model):
    """What a model was trained in, kept once per content."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="environments")
    sha256 = models.CharField(max_length=64, help_text="Over the canonical JSON of everything below.")
    python_version = models.CharField(max_length=40, blank=True)
    packages = models.JSONField(
        default=list, help_text='[{"name": "scikit-learn", "version": "1.7.2"}], sorted by name.'
    )
    os = models.CharField("operating system", max_length=200, blank=True)
    cpu = models.CharField("processor", max_length=200, blank=True)
    cpu_count = models.PositiveIntegerField(null=True, blank=True)
    memory_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    seeds = models.JSONField(default=dict, help_text='{"random_state": 7}: what was seeded, with what.')
    captured_from = models.CharField(max_length=120, help_text="The file or script it was read from.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = TrainingEnvironmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-recorded_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "sha256"], name="environment_once")]

    def __str__(self) -> str:
        return f"Python {self.python_version or '?'}, {len(self.packages)} packages"


class Experiment(models.Model):
    """A named group of runs that try the same thing."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="experiments")
    name = models.CharField(max_length=250)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "name"], name="experiment_name_once")]

    def __str__(self) -> str:
        return self.name


class RunQuerySet(models.QuerySet["Run"]):
    """Reads of runs that several places share."""

    def listed(self) -> Self:
        """With parameters, metrics, versions and names, in a fixed number of queries."""
        named = self.select_related("experiment", "environment", "created_by")
        return named.prefetch_related("params", "metrics", "versions__model__project")


class Run(models.Model):
    """One training run: what was tried, with which parameters, and what its own metrics said."""

    class Status(models.TextChoices):
        """How the run ended, in MLflow's words."""

        RUNNING = "RUNNING", "Running"
        FINISHED = "FINISHED", "Finished"
        FAILED = "FAILED", "Failed"
        KILLED = "KILLED", "Killed"

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="runs")
    run_id = models.CharField(max_length=32, unique=True, default=new_run_id)
    name = models.CharField(max_length=250)
    algorithm = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.FINISHED)
    environment = models.ForeignKey(
        TrainingEnvironment, on_delete=models.PROTECT, null=True, blank=True, related_name="runs"
    )
    note = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["experiment", "-created_at"])]

    def __str__(self) -> str:
        return self.name

    @property
    def last_metrics(self) -> dict[str, float]:
        """Each metric's value at its last step."""
        return {metric.key: metric.value for metric in sorted(self.metrics.all(), key=lambda m: (m.key, m.step, m.pk))}


class RunParam(models.Model):
    """One hyperparameter of a run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="params")
    key = models.CharField(max_length=250)
    value = models.TextField()

    class Meta:
        ordering: ClassVar = ["run", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "key"], name="run_param_once")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class RunMetric(models.Model):
    """One value of a metric that the training script declared."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics")
    key = models.CharField(max_length=250)
    value = models.FloatField()
    step = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["run", "key", "step"]
        indexes: ClassVar = [models.Index(fields=["run", "key", "step"])]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"
