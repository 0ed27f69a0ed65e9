from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, F, FilteredRelation, Max, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from data.models import Dataset
from registry.formats import ArtifactFormat
from registry.models.runs import Run, TrainingEnvironment


class RegisteredModelQuerySet(models.QuerySet["RegisteredModel"]):
    """Reads of models that several places share."""

    def listed(self) -> Self:
        """With the number of versions, the latest number, and the aliases: what a list of models shows."""
        counted = self.annotate(version_count=Count("versions"), latest_number=Max("versions__number"))
        return counted.select_related("project", "created_by").prefetch_related("aliases__version", "aliases__moved_by")


class RegisteredModel(models.Model):
    """A model by name; its versions are what gets evaluated and promoted."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="models")
    name = models.SlugField(max_length=100)
    description = models.TextField(blank=True)
    task = models.CharField(max_length=20, choices=[c for c in Project.Task.choices if c[0]])
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = RegisteredModelQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "name"], name="model_name_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The model's page with its versions."""
        return reverse("registry:model-detail", args=[self.project.slug, self.name])


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Reads of versions that several places share."""

    def listed(self) -> Self:
        """With the stage held now, the aliases and everything a list of versions names, in two queries."""
        held = FilteredRelation("stage_assignments", condition=Q(stage_assignments__until_at__isnull=True))
        return (
            self.annotate(held=held)
            .annotate(stage_key=F("held__stage__key"), stage_name=F("held__stage__name"))
            .select_related("model__project", "run", "environment", "trained_by", "uploaded_by")
            .prefetch_related("aliases")
        )


class ModelVersion(models.Model):
    """One immutable version of a model: its file's digest and everything that says how it came to be."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="Counts per model, from 1.")
    description = models.TextField(blank=True)
    algorithm = models.CharField(max_length=200)
    hyperparameters = models.JSONField(default=dict)
    selection_note = models.TextField(blank=True, help_text="Which candidates were considered, and why this one.")
    limits = models.TextField(blank=True, help_text="Where the model is known or expected to be poor.")
    pseudocode = models.TextField(blank=True, help_text="The steps from input to output, in words.")
    example_input = models.JSONField(null=True, blank=True)
    example_output = models.JSONField(null=True, blank=True)
    artifact_name = models.CharField(max_length=255, help_text="As it was called where it came from.")
    artifact_sha256 = models.CharField(max_length=64)
    artifact_size = models.PositiveBigIntegerField(help_text="Bytes")
    artifact_format = models.CharField(max_length=20, help_text="A value of registry.formats.ArtifactFormat.")
    source_code = models.CharField(max_length=400, blank=True, help_text="Repository and commit of the training code.")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="versions")
    environment = models.ForeignKey(
        TrainingEnvironment, on_delete=models.PROTECT, null=True, blank=True, related_name="versions"
    )
    datasets = models.ManyToManyField(Dataset, through="VersionDataset", related_name="versions")
    trained_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["model", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["model", "number"], name="model_version_once")]

    def __str__(self) -> str:
        return f"{self.model.name} v{self.number}"

    def get_absolute_url(self) -> str:
        """The version's page."""
        return reverse("registry:version-detail", args=[self.model.project.slug, self.model.name, self.number])

    @property
    def format_label(self) -> str:
        """What the file is, in a word."""
        return ArtifactFormat(self.artifact_format).label


class VersionDataset(models.Model):
    """A snapshot that a version learned from, and as what."""

    class Use(models.TextChoices):
        """What the rows did for the version."""

        TRAINING = "training", "Trained on"
        VALIDATION = "validation", "Tuned on"

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="dataset_links")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="version_links")
    use = models.CharField(max_length=20, choices=Use, default=Use.TRAINING)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "dataset", "use"], name="version_dataset_once")
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.get_use_display().lower()} {self.dataset}"


class Alias(models.Model):
    """A name that points at one version and may move; the journal keeps each move."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="aliases")
    name = models.SlugField(max_length=100)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="aliases")
    moved_at = models.DateTimeField(default=timezone.now)
    moved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["model", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["model", "name"], name="alias_once")]

    def __str__(self) -> str:
        return f"{self.model.name}@{self.name}"
