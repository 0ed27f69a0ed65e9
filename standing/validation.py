"""Validation: whether data and results are checked early and often; each input is a share, the last one a time."""

from datetime import datetime, timedelta

from standing.records import LIVE, Culprit, Facts, Version
from standing.scores import Input, Score, at_most, share
from standing.targets import Numbers

MEANING = "How early and how often data and results are checked."
# The kinds of KPI whose readings watch a model in use.
WATCHING = frozenset({"model", "data", "operational", "fairness"})


def validation(facts: Facts, targets: Numbers, now: datetime) -> Score:
    """The score with its five inputs."""
    since = now - timedelta(days=targets["window_days"])
    inputs = (
        checked_snapshots(facts, since),
        held_out(facts, since),
        tested_releases(facts, since),
        watched(facts, targets["monitor_days"], now),
        at_most(
            "triage", "From an alert to its triage", [], target=targets["triage_hours"], unit="hours",
            note="No alert is recorded here.",
        ),
    )  # fmt: skip
    return Score("validation", "Validation", MEANING, inputs)


def checked_snapshots(facts: Facts, since: datetime) -> Input:
    """The share of snapshots of the window whose last quality check passed."""
    recent = [one for one in facts.snapshots if one.created_at >= since]
    bad = [Culprit(one.label, one.url, one.why) for one in recent if not one.passed]
    return share("checked", "Snapshots with a passing quality check", good=len(recent) - len(bad), lowered_by=bad)


def held_out(facts: Facts, since: datetime) -> Input:
    """The share of candidates of the window that were evaluated on held-out rows."""
    candidates = [version for version in facts.versions if version.created_at >= since]
    evaluated = {one.version for one in facts.evaluations if one.is_held_out}
    why = "not evaluated on held-out rows"
    bad = [Culprit(one.label, one.url, why) for one in candidates if one.pk not in evaluated]
    note = "Candidates are runs, or uploads, of which a version was registered."
    return share(
        "held_out", "Candidates with a held-out evaluation", good=len(candidates) - len(bad), lowered_by=bad, note=note
    )


def tested_releases(facts: Facts, since: datetime) -> Input:
    """The share of releases of the window with slices, robustness tests and a baseline."""
    bad, good = [], 0
    for one in facts.promotions:
        if one.stage != LIVE or one.status != "approved" or one.closed_at is None or one.closed_at < since:
            continue
        if missing := _untested(facts, one.version):
            bad.append(Culprit(one.label, one.url, f"without {', '.join(missing)}"))
        else:
            good += 1
    note = "Robustness counts as tested when block 5 links the record of it."
    return share("tested", "Releases with slices, robustness and baseline", good=good, lowered_by=bad, note=note)


def _untested(facts: Facts, version: int) -> list[str]:
    own = [one for one in facts.evaluations if one.version == version]
    has = {
        "slices": any(one.has_slices for one in own),
        "robustness tests": (5, "robustness_tests") in facts.linked,
        "a baseline": any(one.has_baseline for one in own),
    }
    return [name for name, held in has.items() if not held]


def watched(facts: Facts, days: float, now: datetime) -> Input:
    """The share of live versions that were measured lately: by a reading of a KPI, or by an evaluation."""
    bad = [
        Culprit(version.label, version.url, f"not measured in the last {days:g} days")
        for version, _ in facts.live
        if not is_watched(facts, version, now - timedelta(days=days))
    ]
    good = len(facts.live) - len(bad)
    note = "" if facts.live else "No version is in production."
    return share("watched", "Live versions measured lately", good=good, lowered_by=bad, note=note)


def is_watched(facts: Facts, version: Version, since: datetime) -> bool:
    """Whether anything was measured about a live version since a moment."""
    readings = (reading for kpi in facts.kpis if kpi.kind in WATCHING for reading in kpi.readings)
    if any(reading.measured_on >= since.date() for reading in readings):
        return True
    return any(one.version == version.pk and one.finished_at >= since for one in facts.evaluations)
