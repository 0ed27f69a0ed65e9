import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from registry.models.runs import Experiment, Measured, Run


def new_model_id() -> str:
    """A logged model's id as MLflow writes it."""
    return f"m-{uuid.uuid4().hex}"


class LoggedModel(models.Model):
    """A model that a script saved, before anybody registers it: a folder of files with parameters and metrics."""

    class Status(models.TextChoices):
        """Whether its files have arrived, in MLflow's words."""

        PENDING = "LOGGED_MODEL_PENDING", "Pending"
        READY = "LOGGED_MODEL_READY", "Ready"
        UPLOAD_FAILED = "LOGGED_MODEL_UPLOAD_FAILED", "Upload failed"

    # As with runs: the indexes and constraints that begin with a key are its index.
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="logged_models", db_index=False)
    model_id = models.CharField(max_length=34, unique=True, default=new_model_id)
    name = models.CharField(max_length=500)
    model_type = models.CharField(max_length=500, blank=True)
    source_run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="logged_models")
    status = models.CharField(max_length=30, choices=Status, default=Status.PENDING)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "model_id"]
        indexes: ClassVar = [models.Index(fields=["experiment", "-created_at"]), models.Index(fields=["name"])]

    def __str__(self) -> str:
        return f"{self.name} ({self.model_id[:10]}…)"


class LoggedModelTag(models.Model):
    """A tag of a logged model."""

    logged_model = models.ForeignKey(LoggedModel, on_delete=models.CASCADE, related_name="tags", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["logged_model", "key"], name="logged_model_tag_once")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class LoggedModelParam(models.Model):
    """A parameter of a logged model."""

    logged_model = models.ForeignKey(LoggedModel, on_delete=models.CASCADE, related_name="params", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["logged_model", "key"], name="logged_model_param_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class LoggedModelMetric(Measured):
    """A metric that a run measured of a logged model, on a dataset where it said so."""

    logged_model = models.ForeignKey(LoggedModel, on_delete=models.CASCADE, related_name="metrics", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="model_metrics")
    dataset_name = models.CharField(max_length=500, blank=True)
    dataset_digest = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering: ClassVar = ["logged_model", "key", "timestamp_ms", "step"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["logged_model", "run", "key", "timestamp_ms", "step", "value", "is_nan", "dataset_digest"],
                name="logged_model_metric_once",
            )
        ]


class RunDataset(models.Model):
    """A dataset that a run said it used; `dataset` is the snapshot that was recorded for it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="datasets", db_index=False)
    dataset = models.ForeignKey("data.Dataset", on_delete=models.PROTECT, related_name="run_links")
    name = models.CharField(max_length=500)
    digest = models.CharField(max_length=36)
    source_type = models.CharField(max_length=100, blank=True)
    source = models.TextField(blank=True)
    schema = models.TextField(blank=True, help_text="JSON text, as the client sent it.")
    profile = models.TextField(blank=True, help_text="JSON text, as the client sent it.")
    context = models.CharField(max_length=500, blank=True, help_text="What the run used it for, in the client's word.")
    tags = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["run", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "name", "digest"], name="run_dataset_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.digest})"


class RunModelLink(models.Model):
    """A logged model that a run took in or brought forth."""

    class Direction(models.TextChoices):
        """Which way it went."""

        INPUT = "input", "Used"
        OUTPUT = "output", "Produced"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="model_links", db_index=False)
    logged_model = models.ForeignKey(LoggedModel, on_delete=models.CASCADE, related_name="run_links")
    direction = models.CharField(max_length=10, choices=Direction)
    step = models.BigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["run", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "logged_model", "direction", "step"], name="run_model_link_once")
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.get_direction_display().lower()} {self.logged_model}"
