from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project

M = TypeVar("M", bound=models.Model)


class NumberedQuerySet(models.QuerySet[M]):
    """Reads of records that are numbered within a project and a name, from 1."""

    def latest_of(self, project: Project, name: str) -> M:
        """The newest version under a name; raises DoesNotExist."""
        return self.filter(project=project, name=name).order_by("-number")[:1].get()

    def newest(self) -> Self:
        """Only the newest version of each name."""
        same_name = self.model._default_manager.filter(project=OuterRef("project"), name=OuterRef("name"))
        return self.alias(last=Subquery(same_name.order_by("-number").values("number")[:1])).filter(number=F("last"))


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


class DataSchema(models.Model):
    """One immutable version of a description of columns."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="schemas")
    name = models.CharField(max_length=120)
    number = models.PositiveIntegerField(help_text="Counts per project and name, from 1.")
    inferred = models.BooleanField(default=False, help_text="Whether it was read off a file and nobody edited it yet.")
    note = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = NumberedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "name", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name", "number"], name="schema_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.number}"

    def get_absolute_url(self) -> str:
        """The version's page."""
        return reverse("data:schema-detail", args=[self.project.slug, self.pk])


class SchemaField(models.Model):
    """One column of a schema."""

    class DataType(models.TextChoices):
        """What a value is."""

        STRING = "string", "Text"
        INTEGER = "integer", "Integer"
        NUMBER = "number", "Number"
        BOOLEAN = "boolean", "Yes/no"
        DATE = "date", "Date"
        DATETIME = "datetime", "Date and time"

    class Order(models.TextChoices):
        """The scale of measurement."""

        NOMINAL = "nominal", "Nominal"
        ORDINAL = "ordinal", "Ordinal"
        INTERVAL = "interval", "Interval"
        RATIO = "ratio", "Ratio"

    class Part(models.TextChoices):
        """What the column is used for."""

        FEATURE = "feature", "Feature"
        LABEL = "label", "Label"
        IDENTIFIER = "identifier", "Identifier"
        OTHER = "other", "Not used"

    schema = models.ForeignKey(DataSchema, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveIntegerField()
    key = models.CharField("column", max_length=200)
    data_type = models.CharField(max_length=20, choices=DataType)
    order = models.CharField(max_length=20, choices=Order)
    part = models.CharField("used as", max_length=20, choices=Part, default=Part.FEATURE)
    is_key = models.BooleanField("key", default=False)
    is_nullable = models.BooleanField("may be empty", default=True)
    unit = models.CharField(max_length=40, blank=True)
    allowed_values = models.JSONField(default=list, blank=True, help_text="In order, for an ordinal column.")
    is_sensitive = models.BooleanField("sensitive", default=False)
    description = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["schema", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schema", "position"], name="schema_field_position_once"),
            models.UniqueConstraint(fields=["schema", "key"], name="schema_field_key_once"),
        ]

    def __str__(self) -> str:
        return self.key


class LabelingMethod(models.Model):
    """One immutable version of how true labels were obtained."""

    class Approach(models.TextChoices):
        """Who or what decides on a label."""

        MANUAL = "manual", "Manual"
        AUTOMATED = "automated", "Automated"
        COMBINED = "combined", "Combined"
        OBSERVED = "observed", "Observed outcome"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="labeling_methods")
    name = models.CharField(max_length=120)
    number = models.PositiveIntegerField(help_text="Counts per project and name, from 1.")
    approach = models.CharField(max_length=20, choices=Approach)
    label_meaning = models.TextField(help_text="What each label means.")
    guideline = models.TextField(help_text="What labelers were told, or where the guideline is.")
    labelers = models.CharField(max_length=200, help_text="Who labelled, by role and number.")
    agreement = models.CharField(max_length=200, blank=True, help_text="How far labelers agreed, and how measured.")
    quality_control = models.TextField(blank=True)
    sample_size = models.PositiveIntegerField(null=True, blank=True)
    known_weaknesses = models.TextField(blank=True)
    change_reason = models.CharField(max_length=300, blank=True, help_text="Why this version differs from the last.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = NumberedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "name", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name", "number"], name="labeling_method_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.number}"

    def get_absolute_url(self) -> str:
        """The version's page."""
        return reverse("data:labeling-detail", args=[self.project.slug, self.pk])


class Dataset(models.Model):
    """A snapshot: rows frozen under their SHA-256, with the role they play in the split."""

    class Format(models.TextChoices):
        """How the file is written."""

        CSV = "csv", "CSV"
        PARQUET = "parquet", "Parquet"

    class SplitRole(models.TextChoices):
        """What the rows may be used for."""

        TRAIN = "train", "Train"
        VALIDATION = "validation", "Validation"
        TEST = "test", "Test"
        WHOLE = "whole", "Not split"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="datasets")
    name = models.CharField(max_length=120)
    number = models.PositiveIntegerField(help_text="Counts per project and name, from 1.")
    description = models.TextField(blank=True)
    file_name = models.CharField(max_length=255, help_text="As it was called where it came from; never used as a path.")
    file_format = models.CharField(max_length=10, choices=Format)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes")
    rows = models.PositiveBigIntegerField()
    columns = models.PositiveIntegerField()
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

    def __str__(self) -> str:
        return f"{self.name}, snapshot {self.number}"

    def get_absolute_url(self) -> str:
        """The snapshot's page."""
        return reverse("data:dataset-detail", args=[self.project.slug, self.pk])
