"""Names and values of params, metrics and tags: what MLflow takes, what it cuts, what it refuses."""

import posixpath
import re
from functools import lru_cache

from registry.mlflow_api.wire import Malformed, Message

LONGEST_KEY = 250
LONGEST_PARAM = 6_000
LONGEST_TAG = 8_000
LONGEST_EXPERIMENT_TAG = 20_000

_KEY = re.compile(r"[/\w.\- :]+")


def key(sent: Message, name: str = "key") -> str:
    """A key of a param, a metric or a tag; raises Malformed for one that is no plain relative path."""
    return _checked(sent.required(name, longest=LONGEST_KEY))


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


# Scripts send the same few keys again and again.
@lru_cache(maxsize=4096)
def _checked(found: str) -> str:
    if not _KEY.fullmatch(found):
        raise Malformed(
            f"Invalid key {found!r}. Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), "
            "spaces ( ), colons (:) and slashes (/)."
        )
    plain = posixpath.normpath(found)
    if plain != found or plain == "." or plain.startswith(("..", "/")):
        raise Malformed(
            f"Invalid key {found!r}. Names may be treated as paths, and this one would resolve to {plain!r}."
        )
    return found
