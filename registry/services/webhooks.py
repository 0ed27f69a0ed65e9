"""Tell other systems what happens to models: who is told of what, and the outbox that is written with each event."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from outside import client, sealing
from registry import deliveries, webhook_events
from registry.models import Webhook, WebhookDelivery
from statements import Statement

MOST_PER_PROJECT = 50
LONGEST_SECRET = 500
KEPT_DAYS = 30

_ACTIVE = Statement(
    lambda project: (
        Webhook.objects.filter(project=project, status=Webhook.Status.ACTIVE, removed_at__isnull=True)
        .order_by()
        .values_list("pk", "events")
    ),
    -1,
)


class UnknownEvent(ValueError):
    """A webhook cannot be told of this; the message lists what there is."""


class TooMany(ValueError):
    """The project has as many webhooks as are kept."""


class UnusableSecret(ValueError):
    """The secret cannot sign anything; the message says why."""


@dataclass(frozen=True)
class Created:
    """A new webhook, and the secret that its receiver needs: it is never shown again."""

    webhook: Webhook
    secret: str


@dataclass(frozen=True)
class Tried:
    """How a test went: the status that came back, if any, and why it did not arrive, if it did not."""

    answered: int | None
    problem: str


@transaction.atomic
def create(
    project: Project,
    *,
    name: str,
    url: str,
    events: Sequence[str],
    by: User,
    description: str = "",
    secret: str | None = None,
    status: str = Webhook.Status.ACTIVE,
) -> Created:
    """Tell an address of events; without a secret one is made, and an empty one leaves deliveries unsigned.

    Raises outside.client.Refused or NotFound for an address that is not visited, UnknownEvent, UnusableSecret, TooMany.
    """
    chosen = _chosen(events)
    client.check(url)
    if secret is None:
        secret = secrets.token_urlsafe(32)
    _ensure_usable(secret)
    Project.objects.select_for_update().get(pk=project.pk)
    if Webhook.objects.filter(project=project, removed_at__isnull=True).count() >= MOST_PER_PROJECT:
        raise TooMany(f"A project has at most {MOST_PER_PROJECT} webhooks. Remove one that is no longer needed.")
    webhook = Webhook.objects.create(
        project=project, name=name, description=description, url=url, events=chosen, status=status,
        secret=sealing.seal(secret), created_by=by,
    )  # fmt: skip
    record(Action.WEBHOOK_CREATED, by=by, on=webhook, chain=project.chain, label=name, after=_said(webhook))
    return Created(webhook, secret)


@transaction.atomic
def update(webhook: Webhook, *, by: User, **changes: Any) -> Webhook:
    """Change a webhook's name, description, url, events, status or secret; raises as `create` does."""
    webhook = Webhook.objects.select_for_update(of=("self",)).select_related("project").get(pk=webhook.pk)
    before = _said(webhook)
    if "url" in changes and changes["url"] != webhook.url:
        client.check(changes["url"])
    if "events" in changes:
        changes["events"] = _chosen(changes["events"])
    is_new_secret = "secret" in changes
    if is_new_secret:
        _ensure_usable(changes["secret"])
        changes["secret"] = sealing.seal(changes["secret"])
    for name, value in changes.items():
        setattr(webhook, name, value)
    after = _said(webhook)
    if before == after and not is_new_secret:
        return webhook
    webhook.updated_at = timezone.now()
    webhook.save(update_fields=[*changes, "updated_at"])
    if is_new_secret:
        after = after | {"secret": "renewed"}
    record(
        Action.WEBHOOK_CHANGED, by=by, on=webhook, chain=webhook.project.chain, label=webhook.name, before=before,
        after=after,
    )  # fmt: skip
    return webhook


def renew_secret(webhook: Webhook, *, by: User) -> str:
    """Make a new secret, which deliveries are signed with from now on; it is never shown again."""
    secret = secrets.token_urlsafe(32)
    update(webhook, by=by, secret=secret)
    return secret


@transaction.atomic
def remove(webhook: Webhook, *, by: User) -> None:
    """Tell an address nothing any more; what still waits for it is given up."""
    row = Webhook.objects.filter(pk=webhook.pk, removed_at__isnull=True)
    if not row.update(removed_at=timezone.now(), status=Webhook.Status.DISABLED, secret=b""):
        return
    waiting = webhook.deliveries.filter(state=WebhookDelivery.State.WAITING)
    waiting.update(state=WebhookDelivery.State.GIVEN_UP, error="The webhook was removed.")
    record(
        Action.WEBHOOK_REMOVED, by=by, on=webhook, chain=webhook.project.chain, label=webhook.name,
        before=_said(webhook),
    )  # fmt: skip


def announce(
    project: Project,
    event: str,
    *,
    data: Mapping[str, Any],
    by: User | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> int:
    """Put an event into the outbox, inside the transaction of what happened; says to how many addresses it goes.

    `event` is a key of registry.webhook_events, `data` what MLflow's receivers read, `by` None when the system acted.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("announce() belongs inside the transaction of the write it tells of.")
    _chosen([event])
    told = [pk for pk, events in _ACTIVE.all(project.pk) if event in events]
    if not told:
        return 0
    payload = body(project, event, data=data, by=by, before=before, after=after)
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook_id=webhook, event=event, payload=payload) for webhook in told
    )
    return len(told)


def body(
    project: Project,
    event: str,
    *,
    data: Mapping[str, Any],
    by: User | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    is_test: bool = False,
) -> str:
    """The exact text that is signed and sent: MLflow's four fields, and who did it, before and after."""
    kind = webhook_events.BY_KEY[event]
    fields = {
        "entity": kind.entity,
        "action": kind.action,
        "timestamp": timezone.now().isoformat(),
        "data": dict(data),
        "event_id": str(uuid.uuid4()),
        "project": project.slug,
        "actor": by.get_username() if by else None,
        "before": dict(before or {}),
        "after": dict(after or {}),
    }
    return json.dumps(fields | ({"is_test": True} if is_test else {}), default=str)


def try_out(webhook: Webhook, *, by: User, event: str = "") -> Tried:
    """Send an example of an event now, the webhook's first where none is named, and say how it went."""
    key = event or webhook.events[0]
    _chosen([key])
    payload = body(webhook.project, key, data=webhook_events.example(key), by=by, is_test=True)
    status, problem = deliveries.post(webhook, str(uuid.uuid4()), payload)
    with transaction.atomic():
        record(
            Action.WEBHOOK_TESTED, by=by, on=webhook, chain=webhook.project.chain, label=webhook.name,
            after={"event": key, "answered": status, "problem": problem},
        )  # fmt: skip
    return Tried(status, problem)


@transaction.atomic
def retry(delivery: WebhookDelivery, *, by: User) -> None:
    """Send a delivery again that was given up, or now instead of later; one that arrived stays as it is."""
    row = WebhookDelivery.objects.filter(pk=delivery.pk, webhook__removed_at__isnull=True)
    again = row.exclude(state=WebhookDelivery.State.DELIVERED)
    if not again.update(state=WebhookDelivery.State.WAITING, attempts=0, next_at=timezone.now(), error=""):
        return
    webhook = delivery.webhook
    record(
        Action.WEBHOOK_RETRIED, by=by, on=delivery, chain=webhook.project.chain, label=f"{delivery.event} to {webhook}"
    )


def forget_old() -> int:
    """Forget deliveries that ended a month ago; says how many there were."""
    ended = WebhookDelivery.objects.exclude(state=WebhookDelivery.State.WAITING)
    gone, _ = ended.filter(created_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()
    return gone


def _chosen(events: Sequence[str]) -> list[str]:
    if unknown := [event for event in events if event not in webhook_events.BY_KEY]:
        known = ", ".join(webhook_events.BY_KEY)
        raise UnknownEvent(f"There is no event “{str(unknown[0])[:80]}”. There are {known}.")
    if not events:
        raise UnknownEvent("Choose at least one event.")
    return [event for event in webhook_events.BY_KEY if event in events]


def _ensure_usable(secret: str) -> None:
    if len(secret) > LONGEST_SECRET:
        raise UnusableSecret(f"A secret has at most {LONGEST_SECRET} characters.")


def _said(webhook: Webhook) -> dict[str, Any]:
    # An address can hold a key of its own, as chat programs have it: the journal, which all may read, names the host.
    return {
        "name": webhook.name,
        "description": webhook.description,
        "host": urlsplit(webhook.url).hostname,
        "address_sha256": hashlib.sha256(webhook.url.encode()).hexdigest(),
        "events": webhook.events,
        "status": webhook.status,
    }
