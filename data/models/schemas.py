from typing import ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from data.models.numbering import NumberedQuerySet


class DataSchema(models.Model):
    """One immutable version of a description of columns."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="schemas")
    name = models.CharField(max_length=120)
    number = models.PositiveIntegerField(help_text="Counts per project and name, from 1.")
    inferred = models.BooleanField(default=False, help_text="Whether it was read off a file and nobody edited it yet.")
    note = models.CharField(max_length=300, blank=True)
    imported_from = models.CharField(max_length=40, blank=True, help_text="The format it was imported from, if it was.")
    extras = models.JSONField(
        default=dict, blank=True, help_text="What an imported contract says that no column holds."
    )
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
    minimum = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    pattern = models.CharField(max_length=200, blank=True, help_text="A regular expression that every text matches.")
    is_sensitive = models.BooleanField("sensitive", default=False)
    classification = models.CharField(max_length=40, blank=True, help_text="Such as public, internal or confidential.")
    description = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["schema", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schema", "position"], name="schema_field_position_once"),
            models.UniqueConstraint(fields=["schema", "key"], name="schema_field_key_once"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def range_words(self) -> str:
        """Between which numbers values lie; empty when neither side is bounded."""
        if self.minimum is None:
            return "" if self.maximum is None else f"at most {self.maximum:.10g}"
        return (
            f"at least {self.minimum:.10g}" if self.maximum is None else f"{self.minimum:.10g} to {self.maximum:.10g}"
        )


class SchemaCheckQuerySet(models.QuerySet["SchemaCheck"]):
    """Reads of checks that several places share."""

    def told(self) -> Self:
        """With whom and what they are about, and without their failures, which may be many."""
        return self.select_related("schema", "job", "checked_by").defer("failures")


class SchemaCheck(models.Model):
    """What came of holding a snapshot's rows against a schema; a job of its own does it."""

    dataset = models.ForeignKey("data.Dataset", on_delete=models.PROTECT, related_name="schema_checks")
    schema = models.ForeignKey(DataSchema, on_delete=models.PROTECT, related_name="checks")
    job = models.OneToOneField("jobs.Job", on_delete=models.PROTECT, related_name="schema_check", null=True, blank=True)
    passed = models.BooleanField(null=True, help_text="Empty while nobody knows.")
    rows_checked = models.PositiveBigIntegerField(default=0)
    failures = models.JSONField(default=list, help_text="Per column and rule: how many rows, and a few of them.")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)

    objects = SchemaCheckQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["dataset", "-checked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.dataset} against {self.schema}"

    def get_absolute_url(self) -> str:
        """The check's page."""
        return reverse("data:check-detail", args=[self.dataset.project.slug, self.pk])
