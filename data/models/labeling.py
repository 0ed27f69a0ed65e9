from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from data.models.numbering import NumberedQuerySet


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
    guideline_file_name = models.CharField(max_length=255, blank=True)
    guideline_sha256 = models.CharField(max_length=64, blank=True)
    labeler_role = models.CharField(max_length=120, blank=True)
    labeler_count = models.PositiveIntegerField(null=True, blank=True)
    cost_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217, such as EUR")
    cost_unit = models.CharField(max_length=40, blank=True, help_text="What the amount is for: a label, an hour.")
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


class LabelAgreement(models.Model):
    """How far several labelers agreed on the same rows, measured from their labels."""

    class Scale(models.TextChoices):
        """How far apart two labels are."""

        NOMINAL = "nominal", "Nominal: alike or not"
        ORDINAL = "ordinal", "Ordinal: by rank"
        INTERVAL = "interval", "Interval: by difference"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="label_agreements")
    method = models.ForeignKey(LabelingMethod, on_delete=models.PROTECT, related_name="agreements")
    number = models.PositiveIntegerField(help_text="Counts per project, from 1.")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    scale = models.CharField(max_length=20, choices=Scale)
    key_column = models.CharField(max_length=200, help_text="The column that names the row.")
    labelers = models.JSONField(default=list, help_text="The columns that hold labels, one for each labeler.")
    labels = models.JSONField(default=list, help_text="The labels in use, in order for an ordinal scale.")
    rows = models.PositiveIntegerField()
    options = models.JSONField(default=dict, help_text="How the table is read, and the seed of the resampling.")
    results = models.JSONField(default=dict, help_text="Kappa and alpha with intervals, and confusion by pair.")
    job = models.OneToOneField(
        "jobs.Job", on_delete=models.PROTECT, null=True, blank=True, related_name="label_agreement",
        help_text="The job that measures a large table.",
    )  # fmt: skip
    disputed = models.PositiveIntegerField(default=0, help_text="Rows on which labelers differ.")
    measured_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    measured_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "number"], name="agreement_number_once")]

    def __str__(self) -> str:
        return f"agreement {self.number}"

    def get_absolute_url(self) -> str:
        """The measurement's page."""
        return reverse("data:agreement-detail", args=[self.project.slug, self.number])


class DisputedRow(models.Model):
    """A row on which labelers differ, and the label it got in the end."""

    agreement = models.ForeignKey(LabelAgreement, on_delete=models.PROTECT, related_name="disputed_rows")
    row_key = models.CharField(max_length=300)
    labels = models.JSONField(default=dict, help_text="Labeler to label.")
    decided_label = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["agreement", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["agreement", "row_key"], name="disputed_row_once")]

    def __str__(self) -> str:
        return self.row_key


class LabelSample(models.Model):
    """Rows of a snapshot drawn at random for an audit; the seed draws the same rows again."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="label_samples")
    method = models.ForeignKey(LabelingMethod, on_delete=models.PROTECT, related_name="samples")
    dataset = models.ForeignKey("data.Dataset", on_delete=models.PROTECT, related_name="label_samples")
    size = models.PositiveIntegerField()
    population = models.PositiveBigIntegerField(help_text="How many rows the snapshot has.")
    seed = models.PositiveBigIntegerField()
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "-drawn_at", "-pk"]

    def __str__(self) -> str:
        return f"sample of {self.size} labels"

    def get_absolute_url(self) -> str:
        """The sample's page."""
        return reverse("data:sample-detail", args=[self.project.slug, self.pk])


class LabelAudit(models.Model):
    """A second look at a sample of labels, which estimates how many of all are wrong."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="label_audits")
    method = models.ForeignKey(LabelingMethod, on_delete=models.PROTECT, related_name="audits")
    dataset = models.ForeignKey(
        "data.Dataset", on_delete=models.PROTECT, related_name="label_audits", null=True, blank=True
    )
    sample_size = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    population = models.PositiveBigIntegerField(null=True, blank=True, help_text="How many labels there are in all.")
    sample = models.OneToOneField(LabelSample, on_delete=models.PROTECT, null=True, blank=True, related_name="audit")
    drawn = models.CharField(max_length=300, help_text="How the sample was drawn.")
    audited_by = models.CharField(max_length=200, blank=True, help_text="Who looked at the labels again.")
    interval = models.CharField(max_length=40, default="wilson", help_text="How the interval was computed.")
    file_name = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the audited rows as they were uploaded.")
    rate = models.FloatField()
    lower = models.FloatField(help_text="The lower end of the 95 % interval.")
    upper = models.FloatField()
    note = models.TextField(blank=True)
    audited_on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "-audited_on", "-pk"]

    def __str__(self) -> str:
        return f"label audit of {self.audited_on}"
