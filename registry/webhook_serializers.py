"""How webhooks and their deliveries are written as JSON."""

from rest_framework import serializers

from registry import webhook_events
from registry.models import Webhook, WebhookDelivery
from registry.services import webhooks

EVENT_CHOICES = [(event.key, event.label) for event in webhook_events.EVENTS]


class WebhookSerializer(serializers.ModelSerializer):
    """A webhook; its secret is written and never read."""

    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=1000)
    events = serializers.ListField(child=serializers.ChoiceField(EVENT_CHOICES), min_length=1)
    secret = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        max_length=webhooks.LONGEST_SECRET,
        help_text="One is made and returned once where this is left out; an empty one leaves deliveries unsigned.",
    )
    is_signed = serializers.SerializerMethodField()
    created_by = serializers.CharField(source="created_by.username", read_only=True)

    class Meta:
        model = Webhook
        fields = (
            "id", "name", "description", "url", "events", "status", "secret", "is_signed", "created_by", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "updated_at")
        extra_kwargs = {"description": {"required": False}, "status": {"required": False}}

    def get_is_signed(self, webhook: Webhook) -> bool:
        """Whether deliveries carry a signature."""
        return bool(webhook.secret)


class SecretSerializer(WebhookSerializer):
    """A webhook with its secret, as it is returned once."""

    secret = serializers.CharField(read_only=True)


class DeliverySerializer(serializers.ModelSerializer):
    """One event on its way."""

    class Meta:
        model = WebhookDelivery
        fields = (
            "id", "event", "payload", "state", "attempts", "next_at", "answered", "error", "created_at", "delivered_at",
        )  # fmt: skip


class TestSerializer(serializers.Serializer):
    """Which event to send an example of."""

    event = serializers.ChoiceField(EVENT_CHOICES, required=False)


class TriedSerializer(serializers.Serializer):
    """How a test went; the receiver's own words are not passed on."""

    answered = serializers.IntegerField(allow_null=True)
    problem = serializers.CharField()
