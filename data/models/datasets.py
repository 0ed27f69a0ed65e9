from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from data.models.labeling import LabelingMethod
from data.models.numbering import NumberedQuerySet
from data.models.schemas import DataSchema
from data.models.sources import DataSource


class Dataset(models.Model):
    """A snapshot: rows frozen under their SHA-256, with the role they play in the split."""

    class Format(models.TextChoices):
        """How the file is written."""

        CSV = "csv", "CSV"
        PARQUET = "parquet", "Parquet"
        OTHER = "other", "Another format"

    class SplitRole(models.TextChoices):
        """What the rows may be used for."""

        TRAIN = "train", "Train"
        VALIDATION = "validation", "Validation"
        TEST = "test", "Test"
        WHOLE = "whole", "Not split"

    class Origin(models.TextChoices):
        """How the snapshot came to be recorded."""

        UPLOAD = "upload", "Uploaded"
        REFERENCE = "reference", "Referred to"
        MLFLOW = "mlflow", "Logged as an MLflow dataset input"

    class Holding(models.TextChoices):
        """Whether the rows can be read from here, and where they lie."""

        STORED = "stored", "Stored here"
        IN_PLACE = "in-place", "Read where it lies"
        DECLARED = "declared", "Declared only"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="datasets")
    name = models.CharField(max_length=500)
    number = models.PositiveIntegerField(help_text="Counts per project and name, from 1.")
    description = models.TextField(blank=True)
    origin = models.CharField(max_length=20, choices=Origin, default=Origin.UPLOAD)
    holding = models.CharField(max_length=20, choices=Holding, default=Holding.STORED)
    uri = models.CharField(max_length=1000, blank=True, help_text="Where the rows lie, when they are not stored here.")
    declared_digest = models.CharField(
        max_length=200, blank=True, help_text="The digest that came with a reference, as algorithm:value."
    )
    declared = models.JSONField(
        default=dict, blank=True, help_text="What came with a reference or an MLflow dataset input, word for word."
    )
    file_name = models.CharField(max_length=255, help_text="As it was called where it came from; never used as a path.")
    file_format = models.CharField(max_length=10, choices=Format)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Empty while nobody has read the rows.")
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes; 0 while nobody has read the rows.")
    read_sha256 = models.CharField(
        max_length=64,
        blank=True,
        help_text="The stored copy that is read instead, in UTF-8 with commas, where the file itself is neither.",
    )
    written_as = models.CharField(
        max_length=200, blank=True, help_text="How the file is written, in words, where it is not UTF-8 with commas."
    )
    rows = models.PositiveBigIntegerField(default=0, help_text="0 while nobody has read or declared them.")
    columns = models.PositiveIntegerField(default=0, help_text="As rows.")
    split_role = models.CharField(max_length=20, choices=SplitRole)
    label_column = models.CharField(max_length=200, blank=True)
    preparation = models.TextField(blank=True, help_text="How rows were selected, cleaned and split.")
    sources = models.ManyToManyField(DataSource, blank=True, related_name="datasets")
    schema = models.ForeignKey(DataSchema, on_delete=models.PROTECT, null=True, blank=True, related_name="datasets")
    labeling_method = models.ForeignKey(
        LabelingMethod, on_delete=models.PROTECT, null=True, blank=True, related_name="datasets"
    )
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = NumberedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "name", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name", "number"], name="dataset_version_once")
        ]
        indexes: ClassVar = [models.Index(fields=["project", "-created_at", "-id"], name="dataset_newest_first")]

    def __str__(self) -> str:
        return f"{self.name}, snapshot {self.number}"

    def get_absolute_url(self) -> str:
        """The snapshot's page."""
        return reverse("data:dataset-detail", args=[self.project.slug, self.pk])

    @property
    def is_stored(self) -> bool:
        """Whether the rows lie in this installation's storage."""
        return self.holding == self.Holding.STORED and bool(self.sha256)

    @property
    def has_rows(self) -> bool:
        """Whether the rows were read here and can be read again; False for what is only declared."""
        return self.holding != self.Holding.DECLARED and bool(self.sha256)

    @property
    def is_declared(self) -> bool:
        """Whether all that is known of the rows is what somebody says of them."""
        return self.holding == self.Holding.DECLARED


class DatasetProfile(models.Model):
    """What a worker found in a snapshot's rows: every column described, and warnings about leakage."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="profiles")
    job = models.OneToOneField("jobs.Job", on_delete=models.PROTECT, related_name="dataset_profile")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the bytes that were read.")
    rows = models.PositiveBigIntegerField(default=0)
    columns = models.JSONField(default=list, help_text="One object a column, as data.profiling describes it.")
    label = models.JSONField(default=dict, help_text="The label's distribution, when a label column is named.")
    warnings = models.JSONField(default=list, help_text="Leakage and quality warnings, in sentences.")
    facts = models.JSONField(default=dict, help_text="What holds for the table as a whole, and how it was measured.")
    row_hashes_sha256 = models.CharField(max_length=64, blank=True, help_text="Where the row hashes are stored.")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["dataset", "-created_at"]

    def __str__(self) -> str:
        return f"profile of {self.dataset}"


class RowOverlap(models.Model):
    """How many rows two snapshots share, found by comparing row hashes."""

    first = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="overlaps_as_first")
    second = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="overlaps_as_second")
    shared = models.PositiveBigIntegerField(help_text="Distinct rows that are in both.")
    first_rows = models.PositiveBigIntegerField()
    second_rows = models.PositiveBigIntegerField()
    alike = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Distinct rows in both when identifiers and label are left out."
    )
    examples = models.JSONField(default=list, help_text="Row numbers of some shared rows: kind, first, second.")
    notes = models.JSONField(default=list, help_text="What the two say about a split by time, in sentences.")
    compared = models.CharField(
        max_length=300, help_text="What was compared: whole rows, or rows without some columns."
    )
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["first", "second"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["first", "second"], name="overlap_once")]

    def __str__(self) -> str:
        return f"{self.shared} rows in both {self.first} and {self.second}"
