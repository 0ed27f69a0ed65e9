"""What people type to have another system told."""

from typing import Any

from django import forms

from outside import addresses
from registry import webhook_events
from registry.models import Webhook


class WebhookForm(forms.Form):
    """Whom to tell, and of what."""

    name = forms.CharField(max_length=120, help_text="Who is told, such as “Deployment of the triage service”.")
    url = forms.CharField(
        label="Address",
        max_length=addresses.LONGEST,
        help_text="A public https address on port 443 or 8443. Only owners and administrators see it.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(required=False, max_length=400)
    events = forms.MultipleChoiceField(
        label="Tell it when",
        choices=[(event.key, event.label) for event in webhook_events.EVENTS],
        widget=forms.CheckboxSelectMultiple,
    )
    status = forms.ChoiceField(
        choices=Webhook.Status, help_text="While it is disabled, nothing is noted for it and nothing is sent."
    )

    def clean_url(self) -> str:
        """The address without the spaces around it."""
        url: str = self.cleaned_data["url"].strip()
        return url


def told_of(webhook: Webhook) -> dict[str, Any]:
    """What the form shows of a webhook."""
    return {name: getattr(webhook, name) for name in WebhookForm.base_fields}
