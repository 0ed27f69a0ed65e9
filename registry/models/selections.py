from typing import ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from registry.models.runs import Run


class SelectionRecordQuerySet(models.QuerySet["SelectionRecord"]):
    """Reads of selections that several places share."""

    def listed(self) -> Self:
        """With the chosen run and whoever chose it."""
        return self.select_related("project", "chosen__experiment", "by")


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

    objects = SelectionRecordQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.chosen} chosen among {len(self.candidates)} by {self.metric}"

    def get_absolute_url(self) -> str:
        """The record's page."""
        return reverse("registry:selection-detail", args=[self.project.slug, self.pk])

    @property
    def rank(self) -> int:
        """The chosen run's place among the candidates by the metric, from 1; equal values share a place."""
        values = {one["run_id"]: one["value"] for one in self.candidates}
        mine = values[self.chosen.run_id]
        better = [v for v in values.values() if v is not None and (v > mine if self.higher_is_better else v < mine)]
        return 1 + len(better)

    @property
    def value(self) -> float | None:
        """What the chosen run scored."""
        return next((one["value"] for one in self.candidates if one["run_id"] == self.chosen.run_id), None)

    @property
    def keys(self) -> list[str]:
        """The parameters in which the candidates differed."""
        found = dict.fromkeys(key for one in self.candidates for key in one["params"])
        return [key for key in found if len({one["params"].get(key) for one in self.candidates}) > 1]
