from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from data.models.numbering import NumberedQuerySet
from data.models.schemas import SchemaField
from data.models.sources import DataSource


class FeatureDefinition(models.Model):
    """One immutable version of an input a model is given: how it is made, and whether it may be used."""

    class Finding(models.TextChoices):
        """What a check found."""

        NOT_CHECKED = "not-checked", "Not checked"
        CLEAR = "clear", "Checked, nothing found"
        FOUND = "found", "Found"

    class Availability(models.TextChoices):
        """Whether the value is known when the model is asked."""

        AVAILABLE = "available", "Known at prediction time"
        LATE = "late", "Known only later"
        UNKNOWN = "unknown", "Not clear"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="features")
    name = models.CharField(max_length=120)
    number = models.PositiveIntegerField(help_text="Counts per project and name, from 1.")
    description = models.TextField(blank=True)
    entity = models.CharField(max_length=120, help_text="What one value belongs to: a customer, a machine, a visit.")
    entity_key = models.CharField(max_length=120, blank=True, help_text="The column that identifies the entity.")
    source = models.ForeignKey(DataSource, on_delete=models.PROTECT, null=True, blank=True, related_name="features")
    source_fields = models.JSONField(default=list, help_text="Columns it is made from.")
    transformation = models.TextField(help_text="How it is computed.")
    data_type = models.CharField(max_length=20, choices=SchemaField.DataType)
    order = models.CharField(max_length=20, choices=SchemaField.Order)
    unit = models.CharField(max_length=40, blank=True)
    availability = models.CharField(max_length=20, choices=Availability)
    availability_note = models.CharField(max_length=300, blank=True)
    leakage = models.CharField(max_length=20, choices=Finding, default=Finding.NOT_CHECKED)
    leakage_note = models.CharField(max_length=300, blank=True)
    proxy = models.CharField(max_length=20, choices=Finding, default=Finding.NOT_CHECKED)
    proxy_note = models.CharField(max_length=300, blank=True, help_text="For which protected trait, and how found.")
    is_sensitive = models.BooleanField("sensitive", default=False)
    expert = models.CharField("expert consulted", max_length=120, blank=True)
    owner = models.CharField(max_length=120)
    max_age_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="How old a value may be when it is used."
    )
    is_shared = models.BooleanField("in the catalogue", default=False, help_text="Whether other projects may reuse it.")
    reused_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reuses")
    change_reason = models.CharField(max_length=300, blank=True, help_text="Why this version differs from the last.")
    retired_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = NumberedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "name", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name", "number"], name="feature_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.number}"

    def get_absolute_url(self) -> str:
        """The version's page."""
        return reverse("data:feature-detail", args=[self.project.slug, self.pk])
