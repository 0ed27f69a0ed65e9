from typing import Any

from canvas.models import Project
from registry.models import Webhook, WebhookDelivery
from tests.integration.permissions.shape import Row, inside

MANAGERS = ("owner", "administrator")
# An address that is refused: whoever may write gets as far as that.
SENT = {"name": "deploy", "url": "https://127.0.0.1/", "events": ["model_version.created"], "status": "ACTIVE"}


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_webhook(project: Project) -> dict[str, Any]:
    webhook = Webhook.objects.create(
        project=project, name="deploy", url="https://127.0.0.1/", events=["model_version.created"],
        created_by=project.created_by,
    )  # fmt: skip
    return {"slug": project.slug, "webhook_id": webhook.pk}


def a_delivery(project: Project) -> dict[str, Any]:
    parts = a_webhook(project)
    delivery = WebhookDelivery.objects.create(
        webhook_id=parts["webhook_id"], event="model_version.created", payload="{}"
    )
    return parts | {"delivery_id": delivery.pk}


PAGES = {
    "registry:webhook-list": Row(prepare=a_project, get=inside(*MANAGERS)),
    "registry:webhook-create": Row(
        prepare=a_project, get=inside(*MANAGERS), post=inside(*MANAGERS, ok=422), post_data=SENT
    ),
    "registry:webhook-detail": Row(prepare=a_webhook, get=inside(*MANAGERS)),
    "registry:webhook-edit": Row(
        prepare=a_webhook, get=inside(*MANAGERS), post=inside(*MANAGERS, ok=302), post_data=SENT
    ),
    "registry:webhook-secret": Row(prepare=a_webhook, post=inside(*MANAGERS)),
    "registry:webhook-test": Row(prepare=a_webhook, post=inside(*MANAGERS, ok=302)),
    "registry:webhook-remove": Row(prepare=a_webhook, post=inside(*MANAGERS, ok=302)),
    "registry:webhook-delivery-retry": Row(prepare=a_delivery, post=inside(*MANAGERS, ok=302)),
}

API = {
    "registry-api:webhook-list": Row(
        prepare=a_project, get=inside(*MANAGERS), post=inside(*MANAGERS, ok=400), post_data=SENT
    ),
    "registry-api:webhook-detail": Row(
        prepare=a_webhook,
        get=inside(*MANAGERS),
        patch=inside(*MANAGERS),
        delete=inside(*MANAGERS, ok=204),
        post_data={"name": "other"},
    ),
    "registry-api:webhook-secret": Row(prepare=a_webhook, post=inside(*MANAGERS)),
    "registry-api:webhook-test": Row(prepare=a_webhook, post=inside(*MANAGERS)),
    "registry-api:webhook-deliveries": Row(prepare=a_webhook, get=inside(*MANAGERS)),
    "registry-api:webhook-delivery-retry": Row(prepare=a_delivery, post=inside(*MANAGERS)),
}

TABLE = PAGES | {name: Row(**{**row.__dict__, "api": True}) for name, row in API.items()}
