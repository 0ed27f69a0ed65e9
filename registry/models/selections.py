from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from registry.models.runs import Run


class SelectionRecord(models.Model):
    """Why one run was chosen among others: the candidates as they stood, the metric, and the reason. Never changed."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="selections")
    chosen = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="selections")
    metric = models.CharField(max_length=250, help_text="The key of the metric that was compared.")
    higher_is_better = models.BooleanField()
    reason = models.TextField()
    candidates = models.JSONField(
        help_text='[{"run_id", "name", "value", "params"}], the best first, as they stood then.'
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.chosen} chosen among {len(self.candidates)} by {self.metric}"
