"""What an installation measures itself against: one row a target, with the default that holds until somebody sets it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """One number that a measure is compared with."""

    key: str
    label: str
    unit: str
    default: float
    lowest: float
    highest: float
    help: str = ""


TARGETS = (
    Target("window_days", "Window", "days", 90, 7, 730, "How far back measures look."),
    Target("baseline_days", "From the start to the first baseline evaluation", "days", 30, 1, 365),
    Target("evaluation_days", "From a run to its accepted evaluation", "days", 7, 0.1, 365, "Median"),
    Target("runs_per_week", "Training runs a week", "runs", 2, 0.1, 1000),
    Target("decision_days", "From a promotion request to its decision", "days", 5, 0.1, 365, "Median"),
    Target("go_no_go_days", "From the accepted canvas to the go/no-go", "days", 14, 0.1, 365),
    Target("monitor_days", "Age of the last measurement of a live version", "days", 30, 1, 365),
    Target("triage_hours", "From an alert to its triage", "hours", 24, 0.1, 1000, "Median"),
    Target("pipeline_percent", "Runs that come from a registered pipeline", "%", 80, 1, 100, "For level 1"),
    Target("metadata_percent", "Versions with run, data and environment", "%", 95, 1, 100, "For level 2"),
    Target("release_days", "From registration to the approved release", "days", 14, 0.1, 365, "Median, for level 2"),
)
BY_KEY = {target.key: target for target in TARGETS}

Numbers = Mapping[str, float]


def completed(values: Mapping[str, float]) -> dict[str, float]:
    """Every target's number: the one that was set, else its default."""
    return {target.key: float(values.get(target.key, target.default)) for target in TARGETS}


def problem(target: Target, value: float) -> str:
    """What is wrong with a number for a target; empty when it can be used."""
    if target.lowest <= value <= target.highest:
        return ""
    return f"“{target.label}” lies between {target.lowest:g} and {target.highest:g} {target.unit}."
