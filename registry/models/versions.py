import re
from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, Exists, F, FilteredRelation, Max, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from data.models import Dataset
from registry.formats import ArtifactFormat
from registry.models.environments import TrainingEnvironment
from registry.models.logged_models import LoggedModel
from registry.models.runs import Run

LONGEST_MODEL_NAME = 256
LONGEST_ALIAS = 255
# What is put behind the name of a model when it is removed: see `registry.services.models.remove`.
_SET_ASIDE = re.compile(r"~\d+~*\Z")


class RegisteredModelQuerySet(models.QuerySet["RegisteredModel"]):
    """Reads of models that several places share."""

    def live(self) -> Self:
        """Without the models that were removed."""
        return self.filter(removed_at__isnull=True)

    def mentioning(self, words: str) -> Self:
        """Those whose name, description or tags hold the words."""
        tagged = RegisteredModelTag.objects.filter(model=OuterRef("pk")).filter(
            Q(key__icontains=words) | Q(value__icontains=words)
        )
        return self.filter(Q(name__icontains=words) | Q(description__icontains=words) | Exists(tagged))

    def listed(self) -> Self:
        """With the number of versions in use, the latest of them, and the aliases: what a list of models shows."""
        kept = Q(versions__removed_at__isnull=True)
        counted = self.annotate(
            version_count=Count("versions", filter=kept), latest_number=Max("versions__number", filter=kept)
        )
        return counted.select_related("project", "created_by").prefetch_related("aliases__version", "aliases__moved_by")


class RegisteredModel(models.Model):
    """A model by name; its versions are what gets evaluated and promoted."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="models")
    name = models.CharField(max_length=LONGEST_MODEL_NAME, help_text="Anything but / and :, as MLflow has it.")
    description = models.TextField(blank=True)
    task = models.CharField(max_length=20, choices=Project.Task, blank=True, default=Project.Task.UNDECIDED)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="A removed model stays, renamed, because records rest on it."
    )

    objects = RegisteredModelQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "name"], name="model_name_once")]

    def __str__(self) -> str:
        return f"{self.known_as} (removed)" if self.removed_at else self.name

    def get_absolute_url(self) -> str:
        """The model's page with its versions."""
        return reverse("registry:model-detail", args=[self.project.slug, self.name])

    @property
    def known_as(self) -> str:
        """The name that people know it by: a removed model's own name is but an address, so that another may bear it."""
        return _SET_ASIDE.sub("", self.name) if self.removed_at else self.name


class RegisteredModelTag(models.Model):
    """A tag of a model."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="tags")
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["model", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["model", "key"], name="model_tag_once")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Reads of versions that several places share."""

    def live(self) -> Self:
        """Without the versions that were removed."""
        return self.filter(removed_at__isnull=True)

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
    """One version of a model: its files' digests and everything that says how it came to be.

    The database refuses to change any of it but the three fields named in `MUTABLE`.
    """

    class Origin(models.TextChoices):
        """How it was registered."""

        PAGE = "page", "Uploaded on a page"
        API = "api", "Tenet's API"
        MLFLOW = "mlflow", "An MLflow client"
        IMPORT = "import", "Taken over from another server"

    MUTABLE: ClassVar = ("note", "updated_at", "removed_at")

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
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.API)
    source = models.CharField(max_length=1000, blank=True, help_text="Where MLflow's client said the model lies.")
    run_link = models.CharField(max_length=1000, blank=True)
    logged_model = models.ForeignKey(
        LoggedModel, on_delete=models.PROTECT, null=True, blank=True, related_name="versions"
    )
    files = models.JSONField(
        default=list, help_text='[{"path", "sha256", "size"}] of the whole folder, sorted by path; empty for one file.'
    )
    flavors = models.JSONField(default=dict, help_text="MLflow's flavors by name, as MLmodel has them.")
    signature = models.JSONField(null=True, blank=True, help_text='{"inputs": [], "outputs": [], "params": []}')
    search = models.JSONField(
        null=True, blank=True, help_text='{"method", "space", "candidates", "best"}: how hyperparameters were chosen.'
    )
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="versions")
    environment = models.ForeignKey(
        TrainingEnvironment, on_delete=models.PROTECT, null=True, blank=True, related_name="versions"
    )
    datasets = models.ManyToManyField(Dataset, through="VersionDataset", related_name="versions")
    trained_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True, help_text="MLflow's description of the version, which may change.")
    updated_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="A removed version stays, because records rest on it, and is not served."
    )

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["model", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["model", "number"], name="model_version_once")]

    def __str__(self) -> str:
        return f"{self.model} v{self.number}"

    def get_absolute_url(self) -> str:
        """The version's page."""
        return reverse("registry:version-detail", args=[self.model.project.slug, self.model.name, self.number])

    @property
    def format_label(self) -> str:
        """What the file is, in a word."""
        return ArtifactFormat(self.artifact_format).label


class VersionTag(models.Model):
    """A tag of a version."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="tags")
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["version", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "key"], name="version_tag_once")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


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
