"""The metrics a KPI may name: offered by the room that computes them, so that a KPI form can list them."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from audit.services import canonical

# Each room's own list, read when somebody first asks.
_OFFERS: list[Callable[[], Iterable["MetricChoice"]]] = []
# What a project's evaluations have measured, by metric key. Offered by the room that measures.
MeasuredMetrics = Callable[[int], Mapping[str, "Seen"]]
_MEASURED: list[MeasuredMetrics] = []


@dataclass(frozen=True)
class Seen:
    """Which values were seen so far: how many, and between which ends."""

    count: int = 0
    low: float = math.inf
    high: float = -math.inf

    def __or__(self, other: "Seen") -> "Seen":
        return Seen(self.count + other.count, min(self.low, other.low), max(self.high, other.high))


@dataclass(frozen=True)
class MetricChoice:
    """A metric that somebody can measure."""

    key: str
    label: str
    tasks: frozenset[str]
    higher_is_better: bool


def offer_metrics(choices: Callable[[], Iterable[MetricChoice]]) -> None:
    """Make metrics known; called from the offering room's AppConfig.ready(), and asked when somebody needs them."""
    if choices not in _OFFERS:
        _OFFERS.append(choices)
        _offered.cache_clear()


@cache
def _offered() -> dict[str, MetricChoice]:
    return {choice.key: choice for choices in _OFFERS for choice in choices()}


def metric_choices(task: str = "") -> list[MetricChoice]:
    """The metrics on offer for a task, or for any task."""
    return [choice for choice in _offered().values() if not task or task in choice.tasks]


def metric_label(key: str) -> str:
    """A metric's name for people; the key itself where nobody offers it."""
    return _offered()[key].label if key in _offered() else key


def offer_measurements(measured: MeasuredMetrics) -> None:
    """Make known what a project's models have reached; called from the measuring room's AppConfig.ready()."""
    if measured not in _MEASURED:
        _MEASURED.append(measured)


def measured_metrics(project_id: int) -> dict[str, Seen]:
    """What a project's models have reached so far, by metric."""
    found: dict[str, Seen] = {}
    for measured in _MEASURED:
        for metric, seen in measured(project_id).items():
            found[metric] = found.get(metric, Seen()) | seen
    return found


# What a KPI holds somebody to; its owner or its wording may change without changing that.
HELD_TO = ("kind", "metric", "direction", "threshold", "threshold_upper")


def held_to_sha256(values: Mapping[str, Any]) -> str:
    """The digest of what a KPI holds a release to, in hex: it changes when the threshold does, not when a word does."""
    return hashlib.sha256(canonical({key: values[key] for key in HELD_TO}).encode()).hexdigest()
