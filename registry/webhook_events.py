"""What webhooks can be told of; the first six are MLflow's own, by its names."""

from dataclasses import dataclass

from registry.models import ModelVersion, VersionTag
from statements import Statement

_TAGS = Statement(lambda pk: VersionTag.objects.filter(version=pk).order_by("key").values_list("key", "value"), -1)


@dataclass(frozen=True)
class Event:
    """One kind of happening: what it happens to, what happens, and both in words."""

    entity: str
    action: str
    label: str
    is_mlflow: bool = False
    """Whether MLflow's clients know it; they cannot read a webhook with one that they do not."""

    @property
    def key(self) -> str:
        """Its name in settings, addresses and deliveries."""
        return f"{self.entity}.{self.action}"


EVENTS: tuple[Event, ...] = (
    Event("registered_model", "created", "A model is registered", is_mlflow=True),
    Event("model_version", "created", "A version is registered", is_mlflow=True),
    Event("model_version_tag", "set", "A tag of a version is set", is_mlflow=True),
    Event("model_version_tag", "deleted", "A tag of a version is taken away", is_mlflow=True),
    Event("model_version_alias", "created", "An alias is pointed at a version", is_mlflow=True),
    Event("model_version_alias", "deleted", "An alias is taken away", is_mlflow=True),
    Event("registered_model", "updated", "A model is renamed or described anew"),
    Event("registered_model", "deleted", "A model is removed"),
    Event("registered_model_tag", "set", "A tag of a model is set"),
    Event("registered_model_tag", "deleted", "A tag of a model is taken away"),
    Event("model_version", "updated", "A version is described anew"),
    Event("model_version", "deleted", "A version is removed"),
    Event("model_version", "damaged", "The stored files of a version no longer match their digests"),
    Event("model_version_stage", "moved", "A version takes or leaves a stage"),
    Event("promotion", "requested", "Somebody asks for a stage"),
    Event("promotion", "decided", "A promotion is approved or rejected"),
)
BY_KEY = {event.key: event for event in EVENTS}
MLFLOW_KEYS = frozenset(event.key for event in EVENTS if event.is_mlflow)

# What a test sends in place of a real happening, by MLflow's names where it has them.
_VERSION: dict[str, object] = {"name": "example-model", "version": "1"}
EXAMPLES: dict[str, dict[str, object]] = {
    "registered_model.created": {"name": "example-model", "tags": {}, "description": "An example"},
    "model_version.created": _VERSION
    | {"source": "models:/m-0", "run_id": None, "tags": {}, "description": "An example"},
    "model_version_tag.set": _VERSION | {"key": "example", "value": "1"},
    "model_version_tag.deleted": _VERSION | {"key": "example"},
    "model_version_alias.created": _VERSION | {"alias": "example"},
    "model_version_alias.deleted": {"name": "example-model", "alias": "example"},
}


def version_created(version: ModelVersion) -> dict[str, object]:
    """What is told of a new version, by MLflow's names."""
    return {
        "name": version.model.name,
        "version": str(version.number),
        "source": version.source,
        "run_id": version.run.run_id if version.run else None,
        "tags": dict(_TAGS.all(version.pk)),
        "description": version.note or version.description,
    }


def example(key: str) -> dict[str, object]:
    """What a test of this event carries."""
    return EXAMPLES.get(key, dict(_VERSION))
