"""Names and values of params, metrics and tags: what MLflow takes, what it cuts, what it refuses."""

from registry.mlflow_api.wire import Malformed, Message
from registry.run_values import LONGEST_KEY, LONGEST_PARAM, UnusableValue, ensure_key

LONGEST_TAG = 8_000
LONGEST_EXPERIMENT_TAG = 20_000


def key(sent: Message, name: str = "key") -> str:
    """A key of a param, a metric or a tag; raises Malformed for one that is no plain relative path."""
    try:
        return ensure_key(sent.required(name, longest=LONGEST_KEY))
    except UnusableValue as reason:
        raise Malformed(str(reason)) from None


def param(sent: Message) -> tuple[str, str]:
    """A param; a value that is too long is cut, as MLflow cuts it."""
    return key(sent), sent.text("value")[:LONGEST_PARAM]


def tag(sent: Message) -> tuple[str, str]:
    """A tag of a run or of a logged model; a value that is too long is cut, as MLflow cuts it."""
    return key(sent), sent.text("value")[:LONGEST_TAG]


def tags(sent: Message) -> dict[str, str]:
    """The tags of a message; of a key sent twice, the last stays."""
    return dict(tag(one) for one in sent.messages("tags"))


def experiment_tag(sent: Message) -> tuple[str, str]:
    """A tag of an experiment."""
    return key(sent), sent.text("value", longest=LONGEST_EXPERIMENT_TAG)
