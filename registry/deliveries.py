"""Send what the outbox holds: signed as MLflow signs, at least once, later and later until it arrives or is given up."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from outside import client, sealing
from outside.client import NotFound, Refused, TooMuch, Unreachable
from registry.models import Webhook, WebhookDelivery

# How long to wait after each attempt; after the last one it is given up.
WAITS = [timedelta(seconds=s) for s in (10, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600)]
# Nobody else sends a delivery while this lasts: longer than any request may take, so that two workers never both do.
CLAIM = timedelta(seconds=60)
ROUND = 50
State = WebhookDelivery.State


def has_due() -> bool:
    """Whether something waits to be sent; one cheap read for workers that have nothing to do."""
    return _due(timezone.now()).exists()


def send_due() -> int:
    """Send what is due, each address's own deliveries until one fails; says how many arrived.

    Safe for any number of workers at once: each delivery is claimed by one conditional update, and a claim lapses by
    itself when its worker dies.
    """
    arrived = 0
    failing: set[UUID] = set()
    for delivery in _claimable(failing):
        if attempt := _claim(delivery):
            if _send(delivery, attempt):
                arrived += 1
            else:
                # The others for this address would fail as well, and keep those for other addresses waiting.
                failing.add(delivery.webhook_id)
    return arrived


def headers(webhook: Webhook, delivery_id: str, payload: str) -> dict[str, str]:
    """The headers of a delivery: its id, which stays the same when it is sent again, the time, and the signature."""
    sent_at = str(int(time.time()))
    said = {
        "Content-Type": "application/json",
        "X-MLflow-Delivery-Id": delivery_id,
        "X-MLflow-Timestamp": sent_at,
    }
    if secret := sealing.unseal(webhook.secret):
        signed = hmac.new(secret.encode(), f"{delivery_id}.{sent_at}.{payload}".encode(), hashlib.sha256).digest()
        said["X-MLflow-Signature"] = f"v1,{base64.b64encode(signed).decode()}"
    return said


def post(webhook: Webhook, delivery_id: str, payload: str) -> tuple[int | None, str]:
    """Send one body; returns the status that came back, if any, and why it did not arrive, if it did not."""
    try:
        said = headers(webhook, delivery_id, payload)
        answer = client.send("POST", webhook.url, headers=said, body=payload.encode())
    except (Refused, NotFound, Unreachable, TooMuch, sealing.Unreadable) as problem:
        return None, str(problem)
    if answer.is_success:
        return answer.status, ""
    if 300 <= answer.status < 400:
        return answer.status, f"It answered {answer.status}, a redirect, which is not followed. Enter the new address."
    return answer.status, f"It answered {answer.status} instead of a status from 200 to 299."


def _claimable(failing: set[UUID]) -> Iterator[WebhookDelivery]:
    due = _due(timezone.now()).select_related("webhook").order_by("next_at", "created_at")
    for delivery in due[:ROUND]:
        if delivery.webhook_id not in failing:
            yield delivery


def _due(now: datetime) -> QuerySet[WebhookDelivery]:
    active = WebhookDelivery.objects.filter(webhook__status=Webhook.Status.ACTIVE, webhook__removed_at__isnull=True)
    return active.filter(state=State.WAITING, next_at__lte=now)


def _claim(delivery: WebhookDelivery) -> int:
    """The number of the attempt that is now ours; 0 where another worker was faster."""
    now = timezone.now()
    row = WebhookDelivery.objects.filter(pk=delivery.pk, state=State.WAITING, next_at__lte=now)
    won = row.filter(attempts=delivery.attempts).update(attempts=F("attempts") + 1, next_at=now + CLAIM)
    return delivery.attempts + 1 if won else 0


def _send(delivery: WebhookDelivery, attempt: int) -> bool:
    webhook = Webhook.objects.get(pk=delivery.webhook_id)
    if webhook.status != Webhook.Status.ACTIVE:
        return False
    status, problem = post(webhook, str(delivery.pk), delivery.payload)
    now = timezone.now()
    # Whoever claimed it after us, because we took too long, says how it went.
    row = WebhookDelivery.objects.filter(pk=delivery.pk, state=State.WAITING, attempts=attempt)
    if not problem:
        row.update(state=State.DELIVERED, answered=status, error="", delivered_at=now)
        return True
    is_last = attempt > len(WAITS)
    row.update(
        state=State.GIVEN_UP if is_last else State.WAITING,
        answered=status,
        error=problem[:300],
        next_at=now if is_last else now + WAITS[attempt - 1],
    )
    return False
