"""Whether a KPI is specific, measurable, achievable, relevant and time-bound: five checks, each with a sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from canvas.kpis import Seen
from canvas.models import Kpi

VALUE_BLOCK = 1


@dataclass(frozen=True)
class Check:
    """One of the five letters, and why it holds or what is missing."""

    letter: str
    name: str
    passed: bool
    sentence: str


@dataclass(frozen=True)
class Smart:
    """The five checks of one KPI."""

    checks: tuple[Check, ...]

    @property
    def score(self) -> int:
        """How many of the five hold."""
        return sum(check.passed for check in self.checks)

    @property
    def missing(self) -> list[str]:
        """What is missing, in sentences."""
        return [check.sentence for check in self.checks if not check.passed]


def judge(kpi: Kpi, *, readings: Seen, measured: Seen, today: date) -> Smart:
    """The five checks of a KPI: its own readings, and what evaluations measured by its metric."""
    return Smart(
        (
            _specific(kpi),
            _measurable(kpi, readings.count, measured.count),
            _achievable(kpi, readings | measured),
            _relevant(kpi),
            _time_bound(kpi, today),
        )
    )


def joins_business_and_model(kpis: Iterable[Kpi]) -> bool:
    """Whether a model KPI serves a business KPI with an expected sign, directly or by way of others."""
    held = {kpi.pk: kpi for kpi in kpis}
    return any(kpi.kind == Kpi.Kind.MODEL and _reaches_business(kpi, held) for kpi in held.values())


def _reaches_business(kpi: Kpi, held: dict[int, Kpi]) -> bool:
    seen: set[int] = set()
    at: Kpi | None = kpi
    while at is not None and at.parent_id and at.parent_sign and at.pk not in seen:
        seen.add(at.pk)
        at = held.get(at.parent_id)
        if at is not None and at.kind == Kpi.Kind.BUSINESS:
            return True
    return False


def _specific(kpi: Kpi) -> Check:
    parts = {"a definition": kpi.definition, "a unit": kpi.unit, "what one observation is": kpi.entity}
    missing = [words for words, text in parts.items() if not text]
    sentence = (
        f"It says what is counted, in {kpi.unit}, and what one observation is: {kpi.entity}."
        if not missing
        else f"Add {_listed(missing)}."
    )
    return Check("S", "Specific", not missing, sentence)


def _measurable(kpi: Kpi, readings: int, evaluations: int) -> Check:
    missing = []
    if not (kpi.metric or kpi.formula):
        missing.append("a metric or a formula")
    if not kpi.data_origin:
        missing.append("where the figure comes from")
    if not readings and not evaluations:
        missing.append("a first reading")
    found = [f"{readings} reading{'s' * (readings != 1)}"] if readings else []
    found += [f"{evaluations} result{'s' * (evaluations != 1)} of evaluations"] if evaluations else []
    sentence = f"Add {_listed(missing)}." if missing else f"It was measured: {_listed(found)}."
    return Check("M", "Measurable", not missing, sentence)


def _achievable(kpi: Kpi, evidence: Seen) -> Check:
    baseline = kpi.baseline_value
    known = evidence if baseline is None else evidence | Seen(1, baseline, baseline)
    target = f"The target of {kpi.target_value:,.6g}"
    if kpi.achievable_reason and kpi.achievable_signed_by_id:
        return Check("A", "Achievable", True, f"A signed reason says why: {kpi.achievable_reason}")
    if not known.count:
        return Check(
            "A", "Achievable", False, f"{target} has nothing beside it. Add a baseline or a reading, or sign why."
        )
    low, high = known.low, known.high
    if low <= kpi.target_value <= high:
        return Check("A", "Achievable", True, f"{target} lies within what was seen, {low:,.6g} to {high:,.6g}.")
    seen = f"{low:,.6g} to {high:,.6g}" if low != high else f"only {low:,.6g}"
    return Check(
        "A", "Achievable", False, f"{target} lies outside what was seen, {seen}. Sign a reason why it can be reached."
    )


def _relevant(kpi: Kpi) -> Check:
    is_retired = kpi.parent is not None and kpi.parent.retired_at is not None
    if kpi.parent is not None and kpi.parent.kind == Kpi.Kind.BUSINESS and not is_retired:
        return Check("R", "Relevant", True, f"It serves the business measure {kpi.parent}.")
    if VALUE_BLOCK in kpi.blocks:
        return Check("R", "Relevant", True, "It belongs to block 1, the value proposition.")
    if is_retired:
        sentence = f"{kpi.parent}, which it serves, was retired. Choose another business KPI, or tie it to block 1."
        return Check("R", "Relevant", False, sentence)
    return Check("R", "Relevant", False, "Choose the business KPI that it serves, or tie it to block 1.")


def _time_bound(kpi: Kpi, today: date) -> Check:
    if kpi.closed_on:
        return Check("T", "Time-bound", True, f"It was closed on {kpi.closed_on} with a result.")
    if kpi.due_on is None:
        return Check("T", "Time-bound", False, "Add the day by which the target is due.")
    if kpi.due_on < today:
        return Check(
            "T", "Time-bound", False, f"It was due on {kpi.due_on}. Close it with its result, or set a new day."
        )
    return Check("T", "Time-bound", True, f"It is due on {kpi.due_on}.")


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
