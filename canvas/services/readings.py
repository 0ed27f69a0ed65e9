"""Every write to the readings of KPIs: a correction takes the place of a reading, and both stay."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.kpis import Seen
from canvas.models import Kpi, KpiReading

MOST_AT_ONCE = 10_000


class BadReadings(ValueError):
    """Some readings cannot be stored; `problems` holds a sentence for each, by its place among those sent (from 0)."""

    def __init__(self, problems: dict[int, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


class Differing(Exception):
    """Other values are stored for some days; `days` names them."""

    def __init__(self, days: list[date]) -> None:
        shown = ", ".join(f"{day}" for day in days[:5]) + (f" and {len(days) - 5} more days" if len(days) > 5 else "")
        super().__init__(
            f"Other values are stored for {shown}. Nothing was stored. "
            "Say that these are corrections to put them in their place; the old values stay on record."
        )
        self.days = days


class KpiRetired(Exception):
    """Nobody measures a retired KPI any more."""


@dataclass(frozen=True)
class Reading:
    """One measured value, as somebody reports it."""

    measured_on: date
    value: float
    lower: float | None = None
    upper: float | None = None
    sample_size: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Recorded:
    """What became of the readings that were sent."""

    stored: int
    corrected: int
    skipped: int

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        parts = [f"{self.stored} reading{'s are' if self.stored != 1 else ' is'} stored"]
        if self.corrected:
            parts.append(f"{self.corrected} of them correct{'s' * (self.corrected == 1)} an earlier value")
        if self.skipped:
            parts.append(f"{self.skipped} {'were' if self.skipped != 1 else 'was'} known already")
        return f"{', '.join(parts)}."


def problem_with(reading: Reading, *, today: date) -> str:
    """What is wrong with one reading by itself, in a sentence; empty when nothing is."""
    numbers = [n for n in (reading.value, reading.lower, reading.upper) if n is not None]
    if not all(math.isfinite(number) for number in numbers):
        return "A reading has to be a finite number."
    if reading.measured_on > today:
        return f"{reading.measured_on} lies in the future. A reading is dated on or before today."
    if (reading.lower is None) != (reading.upper is None):
        return "An interval has two ends. Give both or none."
    if reading.lower is not None and reading.upper is not None and not reading.lower <= reading.value <= reading.upper:
        return f"The value {reading.value:g} lies outside its interval, {reading.lower:g} to {reading.upper:g}."
    if reading.sample_size is not None and reading.sample_size < 1:
        return "A sample has at least one case."
    return ""


@transaction.atomic
def record_readings(kpi: Kpi, readings: Sequence[Reading], *, by: User, origin: str, correct: bool = False) -> Recorded:
    """Store readings, all or none; those known already with the same figures are left as they are.

    Raises BadReadings, KpiRetired, and Differing where another value stands for a day and `correct` is not set.
    """
    held = Kpi.objects.select_for_update(of=("self",)).select_related("project").get(pk=kpi.pk)
    if held.retired_at is not None:
        raise KpiRetired(f"{held} is retired, so it takes no more readings.")
    wanted = _checked(readings)
    days = [reading.measured_on for reading in wanted]
    standing = {one.measured_on: one for one in held.readings.filter(superseded_at__isnull=True, measured_on__in=days)}
    new = [one for one in wanted if one.measured_on not in standing]
    changed = [one for one in wanted if (old := standing.get(one.measured_on)) and _figures(old) != one]
    if changed and not correct:
        raise Differing([one.measured_on for one in changed])
    done = Recorded(len(new) + len(changed), len(changed), len(readings) - len(new) - len(changed))
    if not done.stored:
        return done
    replaced = [standing[one.measured_on] for one in changed]
    KpiReading.objects.filter(pk__in=[one.pk for one in replaced]).update(superseded_at=timezone.now())
    KpiReading.objects.bulk_create(_stored(held, one, by, origin) for one in [*new, *changed])
    _journal(held, by, done, [*new, *changed], replaced)
    return done


def current_readings(kpis: Iterable[Kpi], *, since: date | None = None) -> dict[int, list[float]]:
    """The values that stand, by KPI and in order of days; one query."""
    found: dict[int, list[float]] = {}
    rows = KpiReading.objects.filter(kpi__in=[kpi.pk for kpi in kpis], superseded_at__isnull=True)
    if since:
        rows = rows.filter(measured_on__gte=since)
    for kpi_id, value in rows.order_by("measured_on").values_list("kpi_id", "value"):
        found.setdefault(kpi_id, []).append(value)
    return found


def readings_seen(kpis: Iterable[Kpi]) -> dict[int, Seen]:
    """How many readings stand, and between which ends, by KPI; one query."""
    rows = KpiReading.objects.filter(kpi__in=[kpi.pk for kpi in kpis], superseded_at__isnull=True)
    counted = rows.order_by().values_list("kpi_id").annotate(Count("pk"), Min("value"), Max("value"))
    return {kpi_id: Seen(count, low, high) for kpi_id, count, low, high in counted}


def values_by_day(kpis: Iterable[Kpi]) -> dict[int, dict[date, float]]:
    """The values that stand, by KPI and day; one query."""
    found: dict[int, dict[date, float]] = {}
    rows = KpiReading.objects.filter(kpi__in=[kpi.pk for kpi in kpis], superseded_at__isnull=True)
    for kpi_id, day, value in rows.order_by("measured_on").values_list("kpi_id", "measured_on", "value"):
        found.setdefault(kpi_id, {})[day] = value
    return found


def _checked(readings: Sequence[Reading]) -> list[Reading]:
    """The readings with one for each day; raises BadReadings."""
    if len(readings) > MOST_AT_ONCE:
        raise BadReadings({MOST_AT_ONCE: f"Send at most {MOST_AT_ONCE:,} readings at once."})
    today = timezone.localdate()
    by_day: dict[date, Reading] = {}
    problems: dict[int, str] = {}
    for place, reading in enumerate(readings):
        if problem := problem_with(reading, today=today):
            problems[place] = problem
        elif by_day.setdefault(reading.measured_on, reading) != reading:
            problems[place] = f"{reading.measured_on} stands twice here, with different figures. Keep one of them."
    if problems:
        raise BadReadings(problems)
    return list(by_day.values())


def _figures(row: KpiReading) -> Reading:
    return Reading(row.measured_on, row.value, row.lower, row.upper, row.sample_size, row.note)


def _stored(kpi: Kpi, reading: Reading, by: User, origin: str) -> KpiReading:
    return KpiReading(kpi=kpi, origin=origin, recorded_by=by, **asdict(reading))


def _journal(kpi: Kpi, by: User, done: Recorded, stored: list[Reading], replaced: list[KpiReading]) -> None:
    before: dict[str, Any] = {"readings": [_plain(_figures(one)) for one in replaced[:100]]} if replaced else {}
    after: dict[str, Any] = {"stored": done.stored, "corrected": done.corrected}
    after["readings"] = [_plain(one) for one in stored[:100]]
    action = Action.KPI_READINGS_IMPORTED
    if done.stored == 1:
        action = Action.KPI_READING_CORRECTED if done.corrected else Action.KPI_READING_RECORDED
    record(action, by=by, on=kpi, chain=kpi.project.chain, before=before, after=after)


def _plain(reading: Reading) -> dict[str, Any]:
    kept = {key: value for key, value in asdict(reading).items() if value not in (None, "")}
    return kept | {"measured_on": str(reading.measured_on)}
