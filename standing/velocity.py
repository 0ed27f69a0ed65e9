"""Velocity: how fast ideas are tried and a baseline is reached; each input is target over actual, capped at 1."""

from datetime import datetime, timedelta

from standing.records import Culprit, Evaluation, Facts
from standing.scores import Input, Score, at_least, at_most, days_between, in_days
from standing.targets import Numbers

BLOCKS = 10
MEANING = "How fast ideas are tried and a first baseline is reached."


def velocity(facts: Facts, targets: Numbers, now: datetime) -> Score:
    """The score with its five inputs; milestones count over the project's life, the rest over the window."""
    since = now - timedelta(days=targets["window_days"])
    inputs = (
        first_baseline(facts, targets["baseline_days"], now),
        accepted_evaluations(facts, targets["evaluation_days"], since, now),
        runs_per_week(facts, targets["runs_per_week"], since, now),
        decisions(facts, targets["decision_days"], since, now),
        go_no_go(facts, targets["go_no_go_days"], now),
    )
    return Score("velocity", "Velocity", MEANING, inputs)


def first_baseline(facts: Facts, target: float, now: datetime) -> Input:
    """Days from the project's start to its first evaluation beside a baseline; an overdue one counts as it grows."""
    done = min((one for one in facts.evaluations if one.has_baseline), key=lambda one: one.finished_at, default=None)
    waited = days_between(facts.started_at, done.finished_at if done else now)
    found = []
    if done:
        found = [(waited, Culprit(done.label, done.url, f"finished {in_days(waited)} after the start"))]
    elif waited > target:
        why = f"no evaluation beside a baseline in {in_days(waited)}"
        found = [(waited, Culprit("The project", facts.block_urls.get(5, ""), why))]
    note = "" if done else "No evaluation has been compared with a baseline yet."
    return at_most(
        "first_baseline", "From the start to the first baseline", found, target=target, unit="days", note=note
    )


def accepted_evaluations(facts: Facts, target: float, since: datetime, now: datetime) -> Input:
    """Median days from a run's end to the first evaluation of its version that is accepted."""
    accepted: dict[int, Evaluation] = {}
    for one in sorted(facts.evaluations, key=lambda one: one.finished_at):
        if one.is_accepted:
            accepted.setdefault(one.version, one)
    found = []
    for version in facts.versions:
        if version.run_ended_at is None or version.run_ended_at < since:
            continue
        done = accepted.get(version.pk)
        waited = days_between(version.run_ended_at, done.finished_at if done else now)
        if done:
            found.append((waited, Culprit(version.label, version.url, f"accepted {in_days(waited)} after its run")))
        elif waited > target:
            why = f"no accepted evaluation {in_days(waited)} after its run"
            found.append((waited, Culprit(version.label, version.url, why)))
    note = "Accepted: on held-out rows, with every threshold met."
    return at_most("accepted", "From a run to its accepted evaluation", found, target=target, unit="days", note=note)


def runs_per_week(facts: Facts, target: float, since: datetime, now: datetime) -> Input:
    """Runs a week, over the window or the project's age if that is shorter, and at least over one week."""
    label = "Training runs a week"
    if not facts.has_runs:
        return Input("runs_per_week", label, unit="runs", target=target, note="No run was ever recorded.")
    weeks = max(1.0, days_between(max(since, facts.started_at), now) / 7)
    count = len(facts.runs)
    return at_least("runs_per_week", label, count / weeks, target=target, unit="runs", n=count)


def decisions(facts: Facts, target: float, since: datetime, now: datetime) -> Input:
    """Median days from a promotion request to its decision; an open request that is overdue counts as it grows."""
    found = []
    for one in facts.promotions:
        waited = days_between(one.requested_at, one.closed_at or now)
        if one.closed_at and one.closed_at >= since and one.status in ("approved", "rejected"):
            found.append((waited, Culprit(one.label, one.url, f"decided after {in_days(waited)}")))
        elif one.status == "open" and waited > target:
            found.append((waited, Culprit(one.label, one.url, f"open for {in_days(waited)}")))
    return at_most("decisions", "From a promotion request to its decision", found, target=target, unit="days")


def go_no_go(facts: Facts, target: float, now: datetime) -> Input:
    """Days from the moment all ten blocks were accepted to the first go/no-go after it."""
    label = "From the accepted canvas to the go/no-go"
    if facts.decided_at:
        decided = min(facts.decided_at)
        accepted = accepted_by(facts, decided)
        if accepted is None:
            note = "The decision was made before all ten blocks were accepted."
            return Input("go_no_go", label, unit="days", target=target, note=note)
        waited = days_between(accepted, decided)
        found = [(waited, Culprit("The go/no-go decision", facts.decision_url, f"made {in_days(waited)} later"))]
        return at_most("go_no_go", label, found, target=target, unit="days")
    accepted = accepted_by(facts, now)
    if accepted is None or days_between(accepted, now) <= target:
        note = (
            "All ten blocks are accepted; the decision is due." if accepted else "Not all ten blocks are accepted yet."
        )
        return Input("go_no_go", label, unit="days", target=target, note=note)
    waited = days_between(accepted, now)
    why = f"all blocks were accepted {in_days(waited)} ago, and nobody decided"
    return at_most(
        "go_no_go", label, [(waited, Culprit("The plan", facts.decision_url, why))], target=target, unit="days"
    )


def accepted_by(facts: Facts, moment: datetime) -> datetime | None:
    """When the last of the ten blocks was accepted, as things stood at a moment; None when not all of them were."""
    latest = {
        block: at
        for block, at, undone_at in facts.acceptances
        if at <= moment and (not undone_at or undone_at > moment)
    }
    return max(latest.values()) if len(latest) == BLOCKS else None
