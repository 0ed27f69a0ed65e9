"""Promises against reality: what the plan promised, beside what the records say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from canvas.intervals import longest_gap
from standing.records import Culprit, Dated, Facts, Kpi
from standing.targets import Numbers

KEPT, BROKEN, OPEN = "kept", "broken", "open"
ORDER = (BROKEN, OPEN, KEPT)
# Something that comes a little late is not yet broken.
PATIENCE = 1.1


@dataclass(frozen=True)
class Promise:
    """One thing that was promised, where, and whether it is kept, broken, or not known yet."""

    kind: str
    promised: str
    reality: str
    state: str
    made_in: Culprit
    records: tuple[Culprit, ...] = ()


def promises(facts: Facts, targets: Numbers, now: datetime) -> list[Promise]:
    """Every promise on record, the broken ones first."""
    today = now.date()
    found = [
        *_cadence(facts, now),
        *(one for kpi in facts.kpis for one in _of_kpi(kpi, today)),
        *_dated("Risk review", facts.risk_reviews, today, "looked at again"),
        *_dated("Decision", facts.revisits, today, "decided again"),
        *_dated("Condition", facts.conditions, today, "met"),
        *_freshness(facts, today),
        *_monitoring(facts, targets, now),
        *_agreement(facts),
        *_words(facts, today),
    ]
    return ordered(found)


def ordered(found: Iterable[Promise]) -> list[Promise]:
    """The broken ones first, then those nobody can tell about, then the kept ones; each by kind."""
    return sorted(found, key=lambda one: (ORDER.index(one.state), one.kind, one.promised))


def from_contradictions(found: Iterable[tuple[int, Any]], facts: Facts, known: Iterable[Promise]) -> list[Promise]:
    """What the rooms found to differ from the plan, unless a promise of the list says so already."""
    # The retraining and the live measures are promises of their own here, with what was promised beside them.
    told = {("Retraining", 8, "cadence"), ("Monitoring", 9, "live_metrics")}
    broken = {one.kind for one in known if one.state == BROKEN}
    skipped = {(block, field) for kind, block, field in told if kind in broken}
    return [
        Promise(
            "Plan", f"Block {block}, {one.field.replace('_', ' ')}", one.sentence, OPEN if one.is_stale else BROKEN,
            _block(facts, block, one.field),
        )
        for block, one in found
        if (block, one.field) not in skipped
    ]  # fmt: skip


def _cadence(facts: Facts, now: datetime) -> Iterator[Promise]:
    plan = facts.answers.get(8, {})
    said = str(plan.get("cadence", "")).strip()
    if not said:
        return
    where, gap = _block(facts, 8, "cadence"), longest_gap(said)
    ended = [one for one in facts.runs if one.is_finished]
    last = max(ended, key=lambda one: one.ended_at, default=None)
    if gap is None:
        yield Promise("Retraining", said, "The cadence cannot be read as a number of days.", OPEN, where)
    elif last is None:
        state = BROKEN if facts.has_runs else OPEN
        reality = "No finished run in the window." if facts.has_runs else "No training run was recorded yet."
        yield Promise("Retraining", said, reality, state, where)
    else:
        age = (now - last.ended_at).days
        record = Culprit(last.label, last.url, f"ended {age} days ago")
        state = KEPT if age <= gap * PATIENCE else BROKEN
        yield Promise("Retraining", said, f"Last training run {age} days ago.", state, where, (record,))


def _of_kpi(kpi: Kpi, today: date) -> Iterator[Promise]:
    where = Culprit(kpi.name, kpi.url, "")
    if kpi.threshold is not None and kpi.kind in ("model", "fairness"):
        yield _threshold(kpi, where)
    if kpi.due_on:
        yield _target(kpi, where, today)
    gap = longest_gap(kpi.cadence) if kpi.cadence else None
    if gap is not None and kpi.closed_on is None:
        yield _measured(kpi, where, gap, today)


def _threshold(kpi: Kpi, where: Culprit) -> Promise:
    promised = f"{kpi.name}: release threshold {_sign(kpi)} {kpi.threshold:g}"
    if kpi.verdict is None:
        return Promise("Threshold", promised, "No evaluation has judged it.", OPEN, where)
    verdict, reason, label, url = kpi.verdict
    state = {"pass": KEPT, "fail": BROKEN}.get(verdict, OPEN)
    return Promise("Threshold", promised, reason, state, where, (Culprit(label, url, verdict),))


def _target(kpi: Kpi, where: Culprit, today: date) -> Promise:
    promised = f"{kpi.name}: {_sign(kpi)} {kpi.target:g} {kpi.unit}".rstrip() + f" by {kpi.due_on}"
    last = kpi.readings[-1] if kpi.readings else None
    if last is None:
        due = kpi.due_on is not None and kpi.due_on < today
        return Promise("KPI target", promised, "No reading was recorded.", BROKEN if due else OPEN, where)
    reality = f"Last reading {last.value:g} on {last.measured_on}."
    if _meets(kpi, last.value):
        return Promise("KPI target", promised, reality, KEPT, where)
    due = kpi.due_on is not None and kpi.due_on < today
    return Promise(
        "KPI target", promised, reality if due else f"{reality} Not due yet.", BROKEN if due else OPEN, where
    )


def _measured(kpi: Kpi, where: Culprit, gap: int, today: date) -> Promise:
    since = kpi.readings[-1].measured_on if kpi.readings else kpi.created_on
    age = (today - since).days
    last = f"Last reading {age} days ago." if kpi.readings else f"No reading in the {age} days since it was added."
    state = KEPT if kpi.readings and age <= gap * PATIENCE else BROKEN if age > gap * PATIENCE else OPEN
    return Promise("KPI reading", f"{kpi.name}: measured {kpi.cadence}", last, state, where)


def _dated(kind: str, rows: Iterable[Dated], today: date, verb: str) -> Iterator[Promise]:
    for one in rows:
        where = Culprit(one.label, one.url, one.detail)
        promised = f"{one.label}: {verb} by {one.due_on}"
        if one.done_on is not None:
            late = one.done_on > one.due_on
            reality = f"Done on {one.done_on}{', late' if late else ''}."
            yield Promise(kind, promised, reality, KEPT, where)
        elif one.due_on < today:
            yield Promise(kind, promised, f"Not done; {(today - one.due_on).days} days overdue.", BROKEN, where)
        else:
            yield Promise(kind, promised, f"Due in {(one.due_on - today).days} days.", OPEN, where)


def _freshness(facts: Facts, today: date) -> Iterator[Promise]:
    for one in facts.sources:
        where = Culprit(one.label, one.url, "")
        promised = f"{one.label}: at most {one.freshness_days} days old"
        if one.refreshed_on is None:
            yield Promise("Freshness", promised, "Nobody recorded when it was last refreshed.", OPEN, where)
            continue
        age = (today - one.refreshed_on).days
        state = KEPT if age <= one.freshness_days else BROKEN
        yield Promise("Freshness", promised, f"Last refreshed {age} days ago.", state, where)


def _monitoring(facts: Facts, targets: Numbers, now: datetime) -> Iterator[Promise]:
    days = targets["monitor_days"]
    since = (now - timedelta(days=days)).date()
    read = {kpi.name.casefold(): kpi for kpi in facts.kpis}
    for row in facts.answers.get(9, {}).get("live_metrics") or []:
        name, where = str(row.get("metric", "")), _block(facts, 9, "live_metrics")
        promised = ", ".join(filter(None, [name, str(row.get("threshold", "")), str(row.get("window", ""))]))
        if not facts.live:
            yield Promise("Monitoring", promised, "No version is in production yet.", OPEN, where)
            continue
        kpi = read.get(name.casefold())
        last = kpi.readings[-1] if kpi and kpi.readings else None
        if last is None:
            shortest = min(now - held.from_at for _, held in facts.live)
            state = BROKEN if shortest > timedelta(days=days) else OPEN
            reality = "No KPI of this name has a reading."
            yield Promise("Monitoring", promised, reality, state, where)
        else:
            state = KEPT if last.measured_on >= since else BROKEN
            record = Culprit(kpi.name, kpi.url, "") if kpi else where
            reality = f"Last reading {last.value:g} on {last.measured_on}."
            yield Promise("Monitoring", promised, reality, state, where, (record,))


def _agreement(facts: Facts) -> Iterator[Promise]:
    asked = facts.answers.get(7, {}).get("agreement_target") or {}
    value, unit = asked.get("value"), str(asked.get("unit", ""))
    if value is None:
        return
    where, promised = _block(facts, 7, "agreement_target"), f"Labelers agree: at least {value:g} {unit}".rstrip()
    measured = _figure(facts.agreement.results, unit) if facts.agreement else None
    if facts.agreement is None or measured is None:
        said = "The last measurement holds no such figure." if facts.agreement else "No agreement was measured yet."
        yield Promise("Agreement", promised, said, OPEN, where)
        return
    record = Culprit(facts.agreement.label, facts.agreement.url, "")
    state = KEPT if measured >= value else BROKEN
    yield Promise("Agreement", promised, f"Measured {measured:.3g}.", state, where, (record,))


def _figure(results: Mapping[str, Any], unit: str) -> float | None:
    """The measured figure in the plan's unit; the worst pair of labelers where each pair has one."""
    if unit == "% agreement":
        share = results.get("percent")
        return 100 * float(share) if isinstance(share, int | float) else None
    if unit == "Cohen's kappa":
        kappas = [pair["kappas"][0].get("value") for pair in results.get("pairs") or [] if pair.get("kappas")]
        known = [float(value) for value in kappas if value is not None]
        return min(known) if known else None
    alphas = [figure.get("value") for figure in results.get("alpha") or []]
    return float(alphas[0]) if alphas and alphas[0] is not None else None


def _words(facts: Facts, today: date) -> Iterator[Promise]:
    for word in facts.words.values():
        if word.expires_on and word.holds:
            where = Culprit(f"{word.stated_by}’s word", "#maturity", "")
            promised = f"{word.criterion.replace('_', ' ').capitalize()}: stated again by {word.expires_on}"
            gone = word.is_expired(today)
            yield Promise(
                "Attestation", promised, "The word has ended." if gone else "It still holds.",
                BROKEN if gone else KEPT, where,
            )  # fmt: skip


def _sign(kpi: Kpi) -> str:
    return {"up": "at least", "down": "at most"}.get(kpi.direction, "around")


def _meets(kpi: Kpi, value: float) -> bool:
    if kpi.direction == "up":
        return value >= kpi.target
    if kpi.direction == "down":
        return value <= kpi.target
    return kpi.threshold is None or value >= kpi.threshold


def _block(facts: Facts, block: int, field: str) -> Culprit:
    url = facts.block_urls.get(block, "")
    return Culprit(f"Block {block}", f"{url}#f-{field}" if url else "", "")
