import math
import uuid
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, F, Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from registry.models.environments import TrainingEnvironment
from registry.run_values import LATEST

LARGEST_FLOAT = 1.7976931348623157e308


# So long after its last word, a run that never said its end is no longer waited for.
SILENCE = timedelta(hours=24)


def _silence_begins() -> datetime:
    return timezone.now() - SILENCE


def new_run_id() -> str:
    """A run id as MLflow writes it: 32 hexadecimal digits."""
    return uuid.uuid4().hex


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    """Reads of experiments that several places share."""

    def listed(self) -> Self:
        """With how many runs each holds, deleted ones apart, and when the last one was recorded."""
        return self.annotate(
            run_count=Count("runs", filter=Q(runs__deleted_at__isnull=True)),
            deleted_runs=Count("runs", filter=Q(runs__deleted_at__isnull=False)),
            last_run_at=Max("runs__created_at"),
        ).order_by("-is_default", "name")


class Experiment(models.Model):
    """A named group of runs that try the same thing."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="experiments")
    name = models.CharField(max_length=500)
    is_default = models.BooleanField(default=False, help_text="Whether MLflow's clients know it as experiment 0.")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="Set aside, with its runs; it can come back.")

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name"], name="experiment_name_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(is_default=True), name="experiment_default_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mlflow_id(self) -> str:
        """The id that MLflow's clients use: “0” for the project's default experiment."""
        return "0" if self.is_default else str(self.pk)


class ExperimentTag(models.Model):
    """A tag of an experiment."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="tags")
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["experiment", "key"], name="experiment_tag_once")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class RunQuerySet(models.QuerySet["Run"]):
    """Reads of runs that several places share."""

    def active(self) -> Self:
        """Without the runs that were deleted, which can come back."""
        return self.filter(deleted_at__isnull=True)

    def live(self) -> Self:
        """Those whose scripts go on and were heard lately."""
        heard_at = Coalesce("last_heard_at", "created_at")
        return self.active().filter(status__in=Run.OPEN).alias(heard=heard_at).filter(heard__gt=_silence_begins())

    def listed(self) -> Self:
        """With parameters, last metrics, versions and names, in a fixed number of queries."""
        named = self.select_related("experiment", "environment", "created_by", "parent")
        return named.prefetch_related("params", "latest_metrics", "tags", "versions__model__project")


class Run(models.Model):
    """One training run: what was tried, with which parameters, and what its own metrics said.

    While it is going, its script adds to it freely; the journal line of its end covers all of that with a digest, and
    every change after the end has a line of its own.
    """

    class Status(models.TextChoices):
        """How the run ended, in MLflow's words."""

        RUNNING = "RUNNING", "Running"
        SCHEDULED = "SCHEDULED", "Scheduled"
        FINISHED = "FINISHED", "Finished"
        FAILED = "FAILED", "Failed"
        KILLED = "KILLED", "Killed"

    OPEN: ClassVar = (Status.RUNNING, Status.SCHEDULED)

    # Where an index or a constraint below begins with a key, one of its own would only cost every write.
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="runs", db_index=False)
    run_id = models.CharField(max_length=32, unique=True, default=new_run_id)
    name = models.CharField(max_length=500)
    algorithm = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.FINISHED)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    environment = models.ForeignKey(
        TrainingEnvironment, on_delete=models.PROTECT, null=True, blank=True, related_name="runs"
    )
    note = models.TextField(blank=True)
    started_by = models.CharField(
        max_length=250, blank=True, help_text="The name of whoever's script it was, as MLflow sent it."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    last_heard_at = models.DateTimeField(
        null=True, blank=True, default=timezone.now, help_text="When its script last added to it, to ten minutes."
    )
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="Set aside; it can come back.")

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["experiment", "-created_at"]),
            models.Index(F("experiment"), F("started_at").desc(), F("run_id"), name="run_by_start"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether its script still adds to it."""
        return self.status in self.OPEN

    @property
    def heard_at(self) -> datetime:
        """When its script last added to it, as far as known."""
        return self.last_heard_at or self.created_at

    @property
    def is_live(self) -> bool:
        """Whether its script adds to it, as far as it said lately; one that was killed says nothing of its end."""
        return self.is_open and self.heard_at > _silence_begins()

    @property
    def last_metrics(self) -> dict[str, float]:
        """Each metric's value at its last step."""
        return {metric.key: metric.number for metric in sorted(self.latest_metrics.all(), key=lambda m: m.key)}


class RunParam(models.Model):
    """One hyperparameter of a run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="params", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField()

    class Meta:
        ordering: ClassVar = ["run", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "key"], name="run_param_once")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class RunTag(models.Model):
    """A tag of a run; MLflow's own begin with “mlflow.”."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tags", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["run", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "key"], name="run_tag_once")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class Measured(models.Model):
    """A value of a metric that a training script declared; a NaN is kept as a mark, since SQLite has none."""

    key = models.CharField(max_length=250)
    value = models.FloatField(help_text="0 where it is not a number.")
    is_nan = models.BooleanField(default=False)
    step = models.BigIntegerField(default=0)
    timestamp_ms = models.BigIntegerField(default=0, help_text="Milliseconds since 1970, as the script sent them.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.key} = {self.number}"

    @property
    def number(self) -> float:
        """The value as it was sent; infinities were cut to the largest number."""
        return math.nan if self.is_nan else self.value

    @property
    def at(self) -> datetime:
        """The moment it was logged."""
        return datetime.fromtimestamp(min(self.timestamp_ms / 1000, LATEST.timestamp()), UTC)


class RunMetric(Measured):
    """One point of a metric's history; the same point twice is kept once."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics", db_index=False)

    class Meta:
        ordering: ClassVar = ["run", "key", "timestamp_ms", "step", "value"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "key", "timestamp_ms", "step", "value", "is_nan"], name="run_metric_once"
            )
        ]


class LatestMetric(Measured):
    """A metric's last point of a run, by step, then time, then value: what lists show and searches ask."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="latest_metrics", db_index=False)

    class Meta:
        ordering: ClassVar = ["run", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "key"], name="latest_metric_once")]
        indexes: ClassVar = [models.Index(fields=["key", "is_nan", "value", "run"], name="latest_metric_by_value")]
