"""Versioning: whether any artifact can be recalled; each input is a share."""

from collections import defaultdict
from datetime import datetime, timedelta

from standing.records import Culprit, Evaluation, Facts, Version
from standing.scores import Input, Score, share
from standing.targets import Numbers

MEANING = "Whether whatever is in use, or was, can be recalled."


def versioning(facts: Facts, targets: Numbers, now: datetime) -> Score:
    """The score with its four inputs."""
    since = now - timedelta(days=targets["window_days"])
    inputs = (lineage(facts), ways_back(facts), reruns(facts, since), changed_schemas(facts, since))
    return Score("versioning", "Versioning", MEANING, inputs)


def lineage(facts: Facts) -> Input:
    """The share of live versions whose whole origin is recorded, and whose file is still the registered one."""
    bad = [
        Culprit(version.label, version.url, f"without {', '.join(gaps)}")
        for version, _ in facts.live
        if (gaps := lineage_gaps(version))
    ]
    note = "" if facts.live else "No version is in production."
    return share(
        "lineage", "Live versions with full lineage", good=len(facts.live) - len(bad), lowered_by=bad, note=note
    )


def lineage_gaps(version: Version) -> list[str]:
    """What is missing from a version's origin, in words."""
    has = {
        "the digest of its data": bool(version.training) and all(version.training),
        "a commit": bool(version.commit),
        "an environment": version.has_environment,
        "a run": version.run is not None,
        "a check that its file is unchanged": version.artifact == "passed",
    }
    return [name for name, held in has.items() if not held]


def ways_back(facts: Facts) -> Input:
    """The share of live versions with something to return to: an earlier live version, or a linked way back."""
    linked = (9, "rollback_target") in facts.linked
    bad = [
        Culprit(version.label, version.url, "no earlier version held Production, and block 9 links no way back")
        for version, _ in facts.live
        if not linked and facts.way_back(version) is None
    ]
    note = "" if facts.live else "No version is in production."
    return share(
        "ways_back", "Live versions with a way back", good=len(facts.live) - len(bad), lowered_by=bad, note=note
    )


def reruns(facts: Facts, since: datetime) -> Input:
    """The share of repeated evaluations of the window that gave the very same results."""
    alike: dict[str, list[Evaluation]] = defaultdict(list)
    for one in sorted(facts.evaluations, key=lambda one: one.finished_at):
        alike[one.asked].append(one)
    tried = [(first, later) for first, *rest in alike.values() for later in rest if later.finished_at >= since]
    bad = [
        Culprit(later.label, later.url, f"gave other results than {first.label}")
        for first, later in tried
        if later.results != first.results
    ]
    note = "" if tried else "No evaluation was repeated."
    return share("reruns", "Repeated evaluations that matched", good=len(tried) - len(bad), lowered_by=bad, note=note)


def changed_schemas(facts: Facts, since: datetime) -> Input:
    """The share of schema changes of the window that say why."""
    recent = [one for one in facts.schema_changes if one.created_at >= since]
    bad = [Culprit(one.label, one.url, "changed without a reason") for one in recent if not one.note]
    note = "" if recent else "No schema changed."
    return share("schemas", "Schema changes with a reason", good=len(recent) - len(bad), lowered_by=bad, note=note)
