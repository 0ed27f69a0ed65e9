import uuid
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from jobs.models import Job
from registry.models.versions import RegisteredModel


class ModelExport(models.Model):
    """A registered model as one file, made by a worker."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="exports")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="model_export")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the file; empty until it is made.")
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes")
    counts = models.JSONField(default=dict, help_text='{"versions": 3, "runs": 7, "files": 12}')
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-requested_at", "-pk"]

    def __str__(self) -> str:
        return f"export of {self.model.name}"

    @property
    def file_name(self) -> str:
        """What the file is called when somebody downloads it."""
        return f"{self.model.name}-{self.sha256[:8]}.tenet-model.zip"


class ModelArchive(models.Model):
    """An exported model that somebody brought in: checked and kept first, restored on request."""

    class State(models.TextChoices):
        """How far it is."""

        CHECKED = "checked", "Checked, not restored"
        RUNNING = "running", "Being restored"
        RESTORED = "restored", "Restored"
        FAILED = "failed", "Could not be restored"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="model_archives")
    file_name = models.CharField(max_length=255, help_text="As it was called where it came from; never used as a path.")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes")
    summary = models.JSONField(help_text="What the archive holds, for its page.")
    history = models.JSONField(help_text="What people decided elsewhere, word for word; it counts as nothing here.")
    origins = models.JSONField(
        default=list, help_text='[{"version", "number", "recorded"}]: what each version was there.'
    )
    state = models.CharField(max_length=20, choices=State, default=State.CHECKED)
    reason = models.TextField(blank=True, help_text="Why it could not be restored, for people.")
    name = models.CharField(max_length=256, blank=True, help_text="The name the model is restored under.")
    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, null=True, blank=True, related_name="archives")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="model_archive")
    brought_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField(default=timezone.now)
    restored_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    restored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-brought_at"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """The page with what it holds, and what became of it."""
        return reverse("registry:archive-detail", args=[self.project.slug, self.pk])
