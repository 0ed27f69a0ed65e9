"""The metrics a KPI may name: offered by the room that computes them, so that a KPI form can list them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audit.services import canonical

_OFFERED: dict[str, "MetricChoice"] = {}


@dataclass(frozen=True)
class MetricChoice:
    """A metric that somebody can measure."""

    key: str
    label: str
    tasks: frozenset[str]
    higher_is_better: bool


def offer_metrics(choices: Iterable[MetricChoice]) -> None:
    """Make metrics known; called from the offering room's AppConfig.ready()."""
    _OFFERED.update((choice.key, choice) for choice in choices)


def metric_choices(task: str = "") -> list[MetricChoice]:
    """The metrics on offer for a task, or for any task."""
    return [choice for choice in _OFFERED.values() if not task or task in choice.tasks]


def metric_label(key: str) -> str:
    """A metric's name for people; the key itself where nobody offers it."""
    return _OFFERED[key].label if key in _OFFERED else key


# What a KPI holds somebody to; its owner or its wording may change without changing that.
HELD_TO = ("kind", "metric", "direction", "threshold", "threshold_upper")


def held_to_sha256(values: Mapping[str, Any]) -> str:
    """The digest of what a KPI holds a release to, in hex: it changes when the threshold does, not when a word does."""
    return hashlib.sha256(canonical({key: values[key] for key in HELD_TO}).encode()).hexdigest()
