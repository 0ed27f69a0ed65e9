from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from jobs.models import Job
from registry.models.versions import ModelVersion


class ModelOutline(models.Model):
    """The steps of a version's model, read from its file in the sandbox or from its own description."""

    class Origin(models.TextChoices):
        """Where the steps were read."""

        SANDBOX = "sandbox", "Read from the model in the sandbox"
        DESCRIPTION = "description", "Read from the artifact's own description"

    class State(models.TextChoices):
        """Whether the reading is done."""

        RUNNING = "running", "Being read"
        DONE = "done", "Read"
        FAILED = "failed", "Could not be read"

    version = models.OneToOneField(ModelVersion, on_delete=models.PROTECT, related_name="outline")
    origin = models.CharField(max_length=20, choices=Origin)
    state = models.CharField(max_length=20, choices=State, default=State.DONE)
    steps = models.JSONField(default=list, help_text='[{"name", "class", "parameters", "columns", "steps"}], nested.')
    text = models.TextField(blank=True, help_text="The steps as numbered lines.")
    example_input = models.JSONField(null=True, blank=True)
    example_output = models.JSONField(null=True, blank=True)
    library = models.CharField(max_length=120, blank=True)
    tier = models.CharField(max_length=4, blank=True, help_text="The sandbox's tier it was read in.")
    artifact_sha256 = models.CharField(max_length=64, help_text="The file that was read.")
    reason = models.TextField(blank=True, help_text="Why it could not be read, for people.")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="model_outline")
    read_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"steps of {self.version}"


class OutlineNote(models.Model):
    """What somebody wrote beside the steps of a model; the latest one is shown, the earlier ones stay."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="outline_notes")
    number = models.PositiveIntegerField(help_text="Counts per version, from 1.")
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["version", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "number"], name="outline_note_once")]

    def __str__(self) -> str:
        return f"note {self.number} beside {self.version}"
