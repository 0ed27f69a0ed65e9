"""Other systems are told, signed and at least once, what happens to models; nobody is led to where he may not go."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry import deliveries
from registry.models import ModelVersion, PromotionRequest, RegisteredModel, Webhook, WebhookDelivery
from registry.services import aliases, checks, models, webhooks
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import ProjectFactory
from tests.receivers import Receiver, receiver

State = WebhookDelivery.State
Add = Callable[..., webhooks.Created]


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Receiver]:
    with receiver() as mailbox:
        settings.OUTSIDE_ALLOWED = [mailbox.allowed]
        yield mailbox


@pytest.fixture
def add(project: Project, owner: User, mailbox: Receiver) -> Add:
    def make(*events: str, **kwargs: Any) -> webhooks.Created:
        told = {"name": "Deployment", "url": mailbox.url, "by": owner, "events": events or ["registered_model.created"]}
        return webhooks.create(project, **told | kwargs)

    return make


def happen(project: Project, by: User, name: str = "triage") -> RegisteredModel:
    return models.register_model(project, name=name, task=project.task, by=by)


def verified(letter: Any, secret: str) -> bool:
    """MLflow's documented recipe for receivers."""
    signed = f"{letter.headers['X-MLflow-Delivery-Id']}.{letter.headers['X-MLflow-Timestamp']}.{letter.body.decode()}"
    expected = base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()).decode()
    version, _, given = letter.headers["X-MLflow-Signature"].partition(",")
    return version == "v1" and hmac.compare_digest(given, expected)


def test_a_receiver_is_told_who_did_what_and_can_check_that_it_comes_from_here(
    add: Add, project: Project, contributor: User, mailbox: Receiver
) -> None:
    secret = add().secret
    happen(project, contributor)
    assert deliveries.send_due() == 1
    letter = mailbox.letters[0]
    said = json.loads(letter.body)
    assert (said["entity"], said["action"], said["actor"]) == ("registered_model", "created", "contributor")
    assert said["data"] == {"name": "triage", "tags": {}, "description": ""}
    assert (said["project"], said["before"]) == ("triage", {})
    assert verified(letter, secret)
    assert not verified(letter, secret + "x")
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.answered, delivery.attempts) == (State.DELIVERED, 200, 1)
    assert letter.headers["X-MLflow-Delivery-Id"] == str(delivery.pk)
    assert deliveries.send_due() == 0


def test_every_change_of_a_model_is_told_with_before_and_after(
    add: Add, version: ModelVersion, promotion: PromotionRequest, contributor: User, approver: User, decide: Any
) -> None:
    add(*webhooks.webhook_events.BY_KEY)
    aliases.move(version, name="challenger", by=contributor)
    aliases.remove(version.model, name="challenger", by=contributor)
    assert decide(approver, promotion).status_code == 302
    with transaction.atomic():
        checks.report(version, "artifact_verified", status="failed", reason="The bytes have changed.")
    told = [(d.event, json.loads(d.payload)) for d in WebhookDelivery.objects.order_by("created_at", "pk")]
    events = [event for event, _ in told]
    assert events[:2] == ["model_version_alias.created", "model_version_alias.deleted"]
    assert {"model_version_stage.moved", "promotion.decided", "model_version.damaged"} <= set(events)
    by_event = dict(told)
    assert by_event["model_version_alias.created"]["data"]["alias"] == "champion"
    assert by_event["model_version_alias.deleted"]["before"] == {"version": version.number}
    assert by_event["model_version_stage.moved"]["after"] == {"stage": "production"}
    assert by_event["model_version_stage.moved"]["actor"] == "approver"
    assert by_event["promotion.decided"]["after"]["decision"] == "approved"
    assert by_event["model_version.damaged"]["actor"] is None


def test_what_is_undone_is_not_told(add: Add, project: Project, owner: User) -> None:
    add()
    with transaction.atomic():
        happen(project, owner)
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()


def test_a_receiver_that_is_away_is_asked_later_and_later_until_it_is_back(
    add: Add, project: Project, owner: User, mailbox: Receiver
) -> None:
    mailbox.status = 503
    with time_machine.travel(timezone.now(), tick=False) as clock:
        add()
        happen(project, owner)
        for attempt, wait in enumerate(deliveries.WAITS[:3], start=1):
            assert deliveries.send_due() == 0
            delivery = WebhookDelivery.objects.get()
            assert (delivery.state, delivery.attempts, delivery.answered) == (State.WAITING, attempt, 503)
            assert delivery.next_at == timezone.now() + wait
            clock.shift(wait - timedelta(seconds=1))
            deliveries.send_due()
            assert len(mailbox.letters) == attempt
            clock.shift(timedelta(seconds=1))
        mailbox.status = 204
        assert deliveries.send_due() == 1
    ids = {letter.headers["X-MLflow-Delivery-Id"] for letter in mailbox.letters}
    assert len(mailbox.letters) == 4
    assert len(ids) == 1


def test_a_receiver_that_never_comes_back_is_given_up_with_the_reason_and_can_be_asked_again(
    add: Add, project: Project, owner: User, mailbox: Receiver, client_as: ClientAs
) -> None:
    mailbox.status = 302
    with time_machine.travel(timezone.now(), tick=False) as clock:
        webhook = add().webhook
        happen(project, owner)
        for _ in range(20):
            deliveries.send_due()
            clock.shift(timedelta(hours=6))
    delivery = WebhookDelivery.objects.get()
    assert delivery.state == State.GIVEN_UP
    assert delivery.attempts == len(mailbox.letters) == len(deliveries.WAITS) + 1
    assert "redirect" in delivery.error
    page = client_as(owner).get(reverse("registry:webhook-detail", args=[project.slug, webhook.pk]))
    assert "Given up" in page.text
    assert "a redirect, which is not followed" in page.text
    mailbox.status = 200
    parts = [project.slug, webhook.pk, delivery.pk]
    client_as(owner).post(reverse("registry:webhook-delivery-retry", args=parts))
    assert deliveries.send_due() == 1
    assert AuditEntry.objects.filter(action="webhook.retried").count() == 1


def test_one_address_that_fails_does_not_hold_up_the_others(
    add: Add, project: Project, owner: User, settings: Settings, mailbox: Receiver
) -> None:
    with receiver() as broken:
        settings.OUTSIDE_ALLOWED = [mailbox.allowed, broken.allowed]
        broken.status = 500
        add(url=broken.url)
        add()
        for name in ("a", "b", "c"):
            happen(project, owner, name)
        assert deliveries.send_due() == 3
        assert len(broken.letters) == 1


def test_a_worker_that_dies_while_sending_loses_nothing(
    add: Add, project: Project, owner: User, mailbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*args: Any) -> Any:
        raise Killed

    add()
    happen(project, owner)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        with monkeypatch.context() as patch:
            patch.setattr(deliveries, "post", die)
            with pytest.raises(Killed):
                deliveries.send_due()
        # Another worker leaves it alone while the first may still be sending.
        assert deliveries.send_due() == 0
        assert mailbox.letters == []
        clock.shift(deliveries.CLAIM)
        assert deliveries.send_due() == 1
    assert len(mailbox.letters) == 1


def test_two_workers_do_not_both_send(add: Add, project: Project, owner: User, mailbox: Receiver) -> None:
    add()
    happen(project, owner)
    first = WebhookDelivery.objects.select_related("webhook").get()
    second = WebhookDelivery.objects.select_related("webhook").get()
    assert deliveries._claim(first) == 1
    assert deliveries._claim(second) == 0


def test_a_disabled_webhook_is_told_nothing_and_goes_on_later(
    add: Add, project: Project, owner: User, mailbox: Receiver
) -> None:
    webhook = add().webhook
    happen(project, owner, "before")
    webhooks.update(webhook, by=owner, status=Webhook.Status.DISABLED)
    happen(project, owner, "meanwhile")
    assert deliveries.send_due() == 0
    webhooks.update(webhook, by=owner, status=Webhook.Status.ACTIVE)
    assert deliveries.send_due() == 1
    assert [json.loads(letter.body)["data"]["name"] for letter in mailbox.letters] == ["before"]


def test_a_removed_webhook_is_told_nothing(add: Add, project: Project, owner: User, mailbox: Receiver) -> None:
    webhook = add().webhook
    happen(project, owner)
    webhooks.remove(webhook, by=owner)
    happen(project, owner, "other")
    assert deliveries.send_due() == 0
    assert mailbox.letters == []
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.error) == (State.GIVEN_UP, "The webhook was removed.")


def test_another_project_is_told_nothing(add: Add, owner: User, mailbox: Receiver) -> None:
    add()
    happen(ProjectFactory(slug="other", created_by=owner), owner)
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://localhost/x", "http://example.org/", "https://user:pw@example.org/", "x"]
)
def test_a_private_or_odd_address_is_refused_when_it_is_typed(
    url: str, project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    sent = {"name": "Deployment", "url": url, "events": ["model_version.created"], "status": "ACTIVE"}
    page = client_as(owner).post(reverse("registry:webhook-create", args=[project.slug]), sent)
    assert page.status_code == 422
    told = api_as(owner).post(reverse("registry-api:webhook-list", args=[project.slug]), sent)
    assert (told.status_code, list(told.json())) == (400, ["url"])
    assert not Webhook.objects.exists()


def test_an_address_that_turns_private_later_is_refused_when_it_is_sent(
    project: Project, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = "93.184.216.34"

    def resolver(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (machine, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    webhooks.create(
        project, name="Rebound", url="https://hooks.example/", events=["registered_model.created"], by=owner
    )
    machine = "169.254.169.254"
    happen(project, owner)
    assert deliveries.send_due() == 0
    assert "private machine" in WebhookDelivery.objects.get().error


def test_a_webhook_lives_on_its_pages(
    project: Project, owner: User, viewer: User, client_as: ClientAs, mailbox: Receiver
) -> None:
    browser = client_as(owner)
    sent = {"name": "Deployment", "url": mailbox.url, "events": ["registered_model.created"], "status": "ACTIVE"}
    page = browser.post(reverse("registry:webhook-create", args=[project.slug]), sent)
    webhook = Webhook.objects.get()
    secret = page.text.split('id="new-secret">')[1].split("<")[0]
    assert len(secret) > 30
    assert secret.encode() not in bytes(webhook.secret)
    detail = reverse("registry:webhook-detail", args=[project.slug, webhook.pk])
    assert secret not in browser.get(detail).text
    tested = browser.post(reverse("registry:webhook-test", args=[project.slug, webhook.pk]), follow=True)
    assert "The test arrived: Deployment answered 200." in tested.text
    assert verified(mailbox.letters[0], secret)
    assert json.loads(mailbox.letters[0].body)["is_test"]
    browser.post(reverse("registry:webhook-edit", args=[project.slug, webhook.pk]), sent | {"name": "Rollout"})
    assert "Rollout" in browser.get(reverse("registry:webhook-list", args=[project.slug])).text
    renewed = browser.post(reverse("registry:webhook-secret", args=[project.slug, webhook.pk]))
    assert 'id="new-secret"' in renewed.text
    assert secret not in renewed.text
    browser.post(reverse("registry:webhook-remove", args=[project.slug, webhook.pk]))
    assert browser.get(detail).status_code == 404
    told = list(AuditEntry.objects.filter(action__startswith="webhook.").order_by("seq"))
    assert [entry.action.partition(".")[2] for entry in told] == ["created", "tested", "changed", "changed", "removed"]
    assert not any("/hook" in entry.body or secret in entry.body for entry in told)


def test_a_webhook_lives_in_the_api(project: Project, owner: User, api_as: ApiAs, mailbox: Receiver) -> None:
    program = api_as(owner)
    sent = {"name": "Deployment", "url": mailbox.url, "events": ["registered_model.created"]}
    made = program.post(reverse("registry-api:webhook-list", args=[project.slug]), sent)
    assert made.status_code == 201
    assert made.json()["secret"]
    one = reverse("registry-api:webhook-detail", args=[project.slug, made.json()["id"]])
    read = program.get(one).json()
    assert "secret" not in read
    assert read["is_signed"]
    assert program.patch(one, {"events": ["nonsense.happened"]}).status_code == 400
    assert program.patch(one, {"description": "Blue and green"}).json()["description"] == "Blue and green"
    happen(project, owner)
    mailbox.status = 500
    deliveries.send_due()
    sent_url = reverse("registry-api:webhook-deliveries", args=[project.slug, made.json()["id"]])
    delivery = program.get(sent_url).json()["results"][0]
    assert (delivery["state"], delivery["answered"]) == ("waiting", 500)
    tried = program.post(reverse("registry-api:webhook-test", args=[project.slug, made.json()["id"]]), {})
    assert tried.json() == {"answered": 500, "problem": "It answered 500 instead of a status from 200 to 299."}
    assert program.delete(one).status_code == 204
    assert program.get(one).status_code == 404


def test_old_deliveries_are_forgotten_and_waiting_ones_are_not(add: Add, project: Project, owner: User) -> None:
    webhook = add().webhook
    long_ago = timezone.now() - timedelta(days=webhooks.KEPT_DAYS + 1)
    for state in State.values:
        WebhookDelivery.objects.create(webhook=webhook, event="x", payload="{}", state=state, created_at=long_ago)
    assert webhooks.forget_old() == 2
    assert WebhookDelivery.objects.get().state == State.WAITING


def test_what_the_answer_says_is_shown_to_nobody(
    add: Add, project: Project, owner: User, mailbox: Receiver, client_as: ClientAs
) -> None:
    webhook = add().webhook
    mailbox.status, mailbox.body = 500, b"internal: the password is swordfish"
    tested = client_as(owner).post(reverse("registry:webhook-test", args=[project.slug, webhook.pk]), follow=True)
    assert "It answered 500" in tested.text
    assert "swordfish" not in tested.text
