import re
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from data.models import Dataset
from jobs.models import Job
from registry.models import ModelVersion


class DocumentQuerySet(models.QuerySet["Document"]):
    """Reads of documents that several places share."""

    def listed(self) -> Self:
        """With what a list shows of each, and without its facts, which are large."""
        return self.select_related(
            "version__model__project", "dataset__project", "requested_by", "job", "project"
        ).defer("facts")


class Document(models.Model):
    """An issued document: numbered, rendered once, kept byte for byte under its SHA-256."""

    class Status(models.TextChoices):
        """Whether it exists yet."""

        RENDERING = "rendering", "Being rendered"
        ISSUED = "issued", "Issued"
        FAILED = "failed", "Not rendered"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField(help_text="Counts per project, from 1.")
    kind = models.CharField(max_length=40, help_text="A row of docsgen.documents.")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="documents", null=True, blank=True)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="documents", null=True, blank=True)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="document")
    status = models.CharField(max_length=20, choices=Status, default=Status.RENDERING)
    facts = models.JSONField(null=True, help_text="The snapshot everything in the document was written from.")
    facts_sha256 = models.CharField(max_length=64, blank=True)
    html_sha256 = models.CharField(max_length=64, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pdf_size = models.PositiveBigIntegerField(null=True)
    pages = models.PositiveIntegerField(null=True)
    gaps = models.JSONField(default=list, help_text="What was not recorded, as printed in the document.")
    journal_head = models.CharField(max_length=64, blank=True, help_text="The project's chain when facts were taken.")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    issued_at = models.DateTimeField(null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="document_number_once"),
            models.CheckConstraint(
                condition=Q(version__isnull=False, dataset__isnull=True)
                | Q(version__isnull=True, dataset__isnull=False),
                name="document_is_about_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"document {self.identifier}"

    def get_absolute_url(self) -> str:
        """The document's page."""
        return reverse("docsgen:document-detail", args=[self.project.slug, self.number])

    @property
    def subject(self) -> ModelVersion | Dataset:
        """What the document is about."""
        subject = self.version or self.dataset
        assert subject is not None  # noqa: S101  the database holds one of the two
        return subject

    @property
    def identifier(self) -> str:
        """The number people quote."""
        prefix = "MD" if self.version_id else "DS"
        return f"{prefix}-{self.project_id:04d}-{self.number:04d}"

    @property
    def file_stem(self) -> str:
        """What its files are called, before the ending."""
        if self.version:
            return f"{self.identifier}-{self.version.model.name}-v{self.version.number}"
        name = re.sub(r"[^A-Za-z0-9]+", "-", self.subject.name if isinstance(self.subject, Dataset) else "")
        return f"{self.identifier}-{name.strip('-').lower()[:60] or 'snapshot'}-{self.subject.number}"

    @property
    def title(self) -> str:
        """What kind of document it is, for people."""
        return "Model document" if self.version_id else "Datasheet"


class Poster(models.Model):
    """A plan's ten blocks on one A3 page, printed once per content and kept under its SHA-256."""

    class Status(models.TextChoices):
        """Whether it exists yet."""

        PRINTING = "printing", "Being printed"
        ISSUED = "issued", "Printed"
        FAILED = "failed", "Not printed"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="posters")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="poster")
    status = models.CharField(max_length=20, choices=Status, default=Status.PRINTING)
    facts = models.JSONField(help_text="What it shows, as docsgen.poster.facts gathered it.")
    facts_sha256 = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pdf_size = models.PositiveBigIntegerField(null=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["project", "-requested_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["project", "facts_sha256"])]

    def __str__(self) -> str:
        return f"poster of {self.project}"
