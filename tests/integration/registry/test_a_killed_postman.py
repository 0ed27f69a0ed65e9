"""What becomes of a message when the worker that sends it is killed: real processes, a real signal, a real receiver."""

import socket
import threading
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from canvas.models import Project
from registry.models import WebhookDelivery
from registry.services import models, webhooks
from tests.receivers import receiver
from tests.workers import kill, real_workers, wait_until


@pytest.mark.django_db(transaction=True)
def test_a_message_whose_worker_is_killed_is_sent_again_under_its_id(
    project: Project, owner: User, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def hang(connection: socket.socket) -> None:
        over.wait(60)

    with receiver() as mailbox:
        settings.OUTSIDE_ALLOWED = [mailbox.allowed]
        monkeypatch.setenv("TENET_OUTSIDE_ALLOWED", mailbox.allowed)
        webhooks.create(project, name="Deploy", url=mailbox.url, events=["registered_model.created"], by=owner)
        mailbox.raw = hang
        with real_workers(tmp_path) as start:
            first = start()
            models.register_model(project, name="triage", by=owner)
            wait_until(lambda: mailbox.letters)
            kill(first)
            delivery = WebhookDelivery.objects.get()
            assert (delivery.state, delivery.attempts) == (WebhookDelivery.State.WAITING, 1)
            mailbox.raw = None
            # The claim of the dead worker lapses.
            WebhookDelivery.objects.update(next_at=timezone.now())
            start()
            wait_until(lambda: WebhookDelivery.objects.get().state == WebhookDelivery.State.DELIVERED)
        over.set()
    assert WebhookDelivery.objects.get().attempts == 2
    assert {letter.headers["X-MLflow-Delivery-Id"] for letter in mailbox.letters} == {str(delivery.pk)}
    assert len({letter.body for letter in mailbox.letters}) == 1
