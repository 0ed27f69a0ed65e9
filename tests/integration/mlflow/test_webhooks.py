"""MLflow's own client manages webhooks here, and its receivers understand what they are sent."""

import json

import pytest
from mlflow.entities.webhook import WebhookEvent, WebhookStatus
from mlflow.exceptions import MlflowException
from mlflow.webhooks.delivery import _generate_hmac_signature
from pytest_django import Settings

from accounts.models import User
from canvas.models import Project
from registry import deliveries
from registry.models import Webhook
from registry.services import models, webhooks
from tests.conftest import ApiAs
from tests.integration.mlflow.conftest import MlflowAs
from tests.receivers import receiver


def test_the_client_manages_webhooks_and_their_messages_verify(
    mlflow_as: MlflowAs, project: Project, owner: User, contributor: User, settings: Settings
) -> None:
    with receiver() as mailbox:
        settings.OUTSIDE_ALLOWED = [mailbox.allowed]
        client = mlflow_as(owner)
        made = client.create_webhook(
            name="Deployment",
            url=mailbox.url,
            events=["registered_model.created", WebhookEvent.from_str("model_version_alias.created")],
            description="Blue and green",
            secret="between us",
        )
        assert (made.name, made.status, made.description) == ("Deployment", WebhookStatus.ACTIVE, "Blue and green")
        assert {str(event) for event in made.events} == {"registered_model.created", "model_version_alias.created"}
        assert client.get_webhook(made.webhook_id).url == mailbox.url
        models.register_model(project, name="triage", task=project.task, by=contributor)
        assert deliveries.send_due() == 1
        letter = mailbox.letters[0]
        assert letter.headers["X-MLflow-Signature"] == _generate_hmac_signature(
            "between us",
            letter.headers["X-MLflow-Delivery-Id"],
            letter.headers["X-MLflow-Timestamp"],
            letter.body.decode(),
        )
        assert json.loads(letter.body)["data"]["name"] == "triage"
        tested = client.test_webhook(made.webhook_id, "model_version_alias.created")
        assert (tested.success, tested.response_status, tested.response_body) == (True, 200, None)
        assert json.loads(mailbox.letters[1].body)["entity"] == "model_version_alias"
        mailbox.status = 500
        refused = client.test_webhook(made.webhook_id)
        assert (refused.success, refused.response_status) == (False, 500)

        # An event of ours beside MLflow's: the client never sees it, and does not lose it.
        webhook = Webhook.objects.get()
        webhooks.update(webhook, by=owner, events=[*webhook.events, "promotion.decided"])
        changed = client.update_webhook(made.webhook_id, events=["model_version.created"], status="DISABLED")
        assert [str(event) for event in changed.events] == ["model_version.created"]
        assert changed.status == WebhookStatus.DISABLED
        webhook.refresh_from_db()
        assert webhook.events == ["model_version.created", "promotion.decided"]
        webhooks.create(project, name="Ours", url=mailbox.url, events=["promotion.decided"], by=owner)
        second = client.create_webhook(name="Second", url=mailbox.url, events=["model_version.created"])
        assert not Webhook.objects.get(pk=second.webhook_id).secret
        first_page = client.list_webhooks(max_results=1)
        rest = client.list_webhooks(max_results=1, page_token=first_page.token)
        assert [one.name for one in (*first_page, *rest)] == ["Second", "Deployment"]
        assert not rest.token
        client.delete_webhook(made.webhook_id)
        with pytest.raises(MlflowException, match="no webhook") as gone:
            client.get_webhook(made.webhook_id)
        assert gone.value.error_code == "RESOURCE_DOES_NOT_EXIST"
        with pytest.raises(MlflowException, match="private machine") as private:
            client.create_webhook(name="Metadata", url="https://127.0.0.1/", events=["model_version.created"])
        assert private.value.error_code == "INVALID_PARAMETER_VALUE"
        with pytest.raises(MlflowException) as forbidden:
            mlflow_as(contributor).list_webhooks()
        assert forbidden.value.error_code == "PERMISSION_DENIED"


def test_what_a_webhook_does_not_say_is_left_out(project: Project, owner: User, api_as: ApiAs) -> None:
    webhooks.create(project, name="Ours", url="https://93.184.215.14/", events=["model_version.created"], by=owner)
    answered = api_as(owner).get("/api/2.0/mlflow/webhooks").json()["webhooks"]
    assert [sorted(one) for one in answered] == [
        ["creation_timestamp", "events", "last_updated_timestamp", "name", "status", "url", "webhook_id"]
    ]
