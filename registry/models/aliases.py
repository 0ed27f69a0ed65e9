from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from registry.models.promotions import PromotionRequest
from registry.models.versions import LONGEST_ALIAS, ModelVersion, RegisteredModel


class Alias(models.Model):
    """A name that points at one version and may move; the journal keeps each move."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="aliases")
    name = models.CharField(max_length=LONGEST_ALIAS)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="aliases")
    moved_at = models.DateTimeField(default=timezone.now)
    moved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["model", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["model", "name"], name="alias_once")]

    def __str__(self) -> str:
        return f"{self.model.name}@{self.name}"


class AliasMove(models.Model):
    """One move of an alias: who, when, from which version to which, and by which promotion where one moved it."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="alias_moves")
    name = models.CharField(max_length=LONGEST_ALIAS)
    from_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="alias_departures"
    )
    to_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="alias_arrivals"
    )
    promotion = models.ForeignKey(
        PromotionRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="alias_moves"
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["model", "name", "-at"])]

    def __str__(self) -> str:
        return f"{self.model.name}@{self.name} to {self.to_version or 'nothing'}"
