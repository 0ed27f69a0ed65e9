"""Webhooks as MLflow's client reads them; events that it does not know are left out."""

from registry import webhook_events
from registry.mlflow_api.wire import Message
from registry.models import Webhook
from registry.services.webhooks import Tried

ENTITIES = (
    "REGISTERED_MODEL", "MODEL_VERSION", "MODEL_VERSION_TAG", "MODEL_VERSION_ALIAS", "PROMPT", "PROMPT_VERSION",
    "PROMPT_TAG", "PROMPT_VERSION_TAG", "PROMPT_ALIAS", "BUDGET_POLICY",
)  # fmt: skip
ACTIONS = ("CREATED", "UPDATED", "DELETED", "SET", "EXCEEDED")


def webhook_of(webhook: Webhook) -> dict[str, object]:
    """One webhook, without its secret."""
    said = {
        "webhook_id": str(webhook.pk),
        "name": webhook.name,
        "description": webhook.description,
        "url": webhook.url,
        "events": [_event(key) for key in webhook.events if key in webhook_events.MLFLOW_KEYS],
        "status": webhook.status,
        "creation_timestamp": round(webhook.created_at.timestamp() * 1000),
        "last_updated_timestamp": round(webhook.updated_at.timestamp() * 1000),
    }
    return {key: value for key, value in said.items() if value not in ("", [])}


def result_of(tried: Tried) -> dict[str, object]:
    """How a test went; the receiver's own words are not passed on."""
    said: dict[str, object] = {"success": not tried.problem}
    if tried.answered is not None:
        said["response_status"] = tried.answered
    if tried.problem:
        said["error_message"] = tried.problem
    return said


def key_of(event: Message) -> str:
    """The key of an event that a client names by entity and action."""
    entity = event.choice("entity", ENTITIES)
    action = event.choice("action", ACTIONS)
    return f"{entity}.{action}".lower()


def _event(key: str) -> dict[str, str]:
    event = webhook_events.BY_KEY[key]
    return {"entity": event.entity.upper(), "action": event.action.upper()}
