import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from canvas.models import Project


class Webhook(models.Model):
    """An address that is told, signed, when something happens to the project's models."""

    class Status(models.TextChoices):
        """Whether it is told, in MLflow's words."""

        ACTIVE = "ACTIVE", "Active"
        DISABLED = "DISABLED", "Disabled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=400, blank=True)
    url = models.CharField(max_length=1000)
    events = models.JSONField(help_text='["model_version.created"], keys of registry.webhook_events.')
    secret = models.BinaryField(blank=True, help_text="What deliveries are signed with, encrypted.")
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event on its way to one address: a row of the outbox, written with the event and sent after its commit."""

    class State(models.TextChoices):
        """Whether the other side has said that it got it."""

        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        GIVEN_UP = "given_up", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=60)
    payload = models.TextField(help_text="The exact body that is signed and sent.")
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    answered = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The HTTP status of the last answer.")
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [models.Index(fields=["state", "next_at"])]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook}"
