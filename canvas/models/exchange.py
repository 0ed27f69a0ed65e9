import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from canvas.models.projects import Project


class ImportedPlan(models.Model):
    """A plan that came from elsewhere: what was sent, what it became, and what other people had signed there.

    Until somebody has looked at the preview and creates a project of it, it belongs to no project and to whoever sent
    it alone. Signatures, decisions and comments of the file stay here as text: nobody signed them in this installation.
    """

    class Kind(models.TextChoices):
        """What it was made from."""

        TENET = "tenet", "Plan exported from Tenet"
        DORARD = "dorard", "Machine-learning canvas with ten boxes"
        MLTE = "mlte", "MLTE negotiation card"
        EXAMPLE = "example", "Worked example"
        PROJECT = "project", "Another project"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="imported_plans")
    kind = models.CharField(max_length=20, choices=Kind)
    title = models.CharField(max_length=200, help_text="The file, example or project it came from.")
    sha256 = models.CharField(max_length=64, help_text="Of the original, as it was sent.")
    original = models.TextField(help_text="The original, as it was sent.")
    document = models.JSONField(help_text="The plan made of it, as canvas.exchange describes it.")
    warnings = models.JSONField(default=list, help_text="What whoever imports it should know, in sentences.")
    people = models.JSONField(default=list, help_text="Who is named in it, and who of them the importer says it is.")
    origins = models.JSONField(default=dict, help_text="By part and record: who wrote it and when, says the file.")
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"
