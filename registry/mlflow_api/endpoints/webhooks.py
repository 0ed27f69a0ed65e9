"""MLflow's webhooks: who is told what happens to registered models."""

import base64
import binascii
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import path

from canvas.roles import Permission
from registry import webhook_events
from registry.mlflow_api import wire
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.messages.webhooks import key_of, result_of, webhook_of
from registry.mlflow_api.wire import Malformed
from registry.models import Webhook
from registry.services import webhooks

MOST = 1000


def create(call: Call) -> Fields:
    """Add a webhook; without a secret its deliveries are not signed, as MLflow has it."""
    sent = call.sent
    created = webhooks.create(
        call.project,
        name=sent.required("name", longest=120),
        url=sent.required("url"),
        events=_events(call),
        description=sent.text("description", longest=400),
        secret=sent.text("secret"),
        status=sent.choice("status", wire.enum_names(Webhook.Status), default=Webhook.Status.ACTIVE),
        by=call.user,
    )
    return {"webhook": webhook_of(created.webhook)}


def listed(call: Call) -> Fields:
    """The project's webhooks that are told of something MLflow knows, the latest first."""
    most = call.sent.whole("max_results", default=100)
    if not 1 <= most <= MOST:
        raise Malformed(f"Parameter 'max_results' is {most}. It is between 1 and {MOST}.")
    start = _start(call.sent.text("page_token"))
    found = [one for one in _webhooks(call) if webhook_events.MLFLOW_KEYS & set(one.events)]
    fields: dict[str, Any] = {"webhooks": [webhook_of(one) for one in found[start : start + most]]}
    if len(found) > start + most:
        fields["next_page_token"] = base64.urlsafe_b64encode(str(start + most).encode()).decode()
    return fields


def get(call: Call, webhook_id: str) -> Fields:
    """One webhook."""
    return {"webhook": webhook_of(_webhook(call, webhook_id))}


def update(call: Call, webhook_id: str) -> Fields:
    """Change what is sent; events that MLflow does not know stay as they are."""
    webhook, sent = _webhook(call, webhook_id), call.sent
    changes: dict[str, Any] = {}
    if sent.text("name"):
        changes["name"] = sent.required("name", longest=120)
    if sent.text("url"):
        changes["url"] = sent.required("url")
    if "description" in sent:
        changes["description"] = sent.text("description", longest=400)
    if "secret" in sent:
        changes["secret"] = sent.text("secret")
    if "status" in sent:
        changes["status"] = sent.choice("status", wire.enum_names(Webhook.Status))
    if given := _events(call):
        changes["events"] = [*given, *(key for key in webhook.events if key not in webhook_events.MLFLOW_KEYS)]
    return {"webhook": webhook_of(webhooks.update(webhook, by=call.user, **changes))}


def delete(call: Call, webhook_id: str) -> Fields:
    """Tell an address nothing any more."""
    webhooks.remove(_webhook(call, webhook_id), by=call.user)
    return {}


def test(call: Call, webhook_id: str) -> Fields:
    """Send an example now, and say how it went."""
    event = key_of(call.sent.message("event")) if "event" in call.sent else ""
    return {"result": result_of(webhooks.try_out(_webhook(call, webhook_id), by=call.user, event=event))}


def _webhooks(call: Call) -> list[Webhook]:
    found = Webhook.objects.filter(project=call.project, removed_at__isnull=True)
    return list(found.select_related("project").order_by("-created_at", "pk"))


def _webhook(call: Call, webhook_id: str) -> Webhook:
    absent = f"There is no webhook with the id “{webhook_id[:80]}”."
    try:
        known = UUID(webhook_id)
    except ValueError:
        raise Http404(absent) from None
    found = Webhook.objects.filter(project=call.project, removed_at__isnull=True, pk=known)
    webhook = found.select_related("project").first()
    if webhook is None:
        raise Http404(absent)
    return webhook


def _events(call: Call) -> list[str]:
    return [key_of(event) for event in call.sent.messages("events")]


def _start(token: str) -> int:
    try:
        start = int(base64.urlsafe_b64decode(token)) if token else 0
    except (ValueError, binascii.Error):
        raise Malformed("Parameter 'page_token' is none that was given out here.") from None
    if start < 0:
        raise Malformed("Parameter 'page_token' is none that was given out here.")
    return start


MANAGE = Permission.MANAGE_PROJECT
ADDRESSES = [
    path("api/2.0/mlflow/webhooks", address(get=(MANAGE, listed), post=(MANAGE, create)), name="webhook-list"),
    path(
        "api/2.0/mlflow/webhooks/<str:webhook_id>",
        address(get=(MANAGE, get), patch=(MANAGE, update), delete=(MANAGE, delete)),
        name="webhook-detail",
    ),
    path("api/2.0/mlflow/webhooks/<str:webhook_id>/test", address(post=(MANAGE, test)), name="webhook-test"),
]
