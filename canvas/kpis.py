"""The metrics a KPI may name: offered by the room that computes them, so that a KPI form can list them."""

from collections.abc import Iterable
from dataclasses import dataclass

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
