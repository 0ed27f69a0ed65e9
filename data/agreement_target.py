"""What the plan asks of the labelers, held against what was measured."""

from dataclasses import dataclass
from typing import Any

from canvas.models import BlockRevision, Project
from data.agreement.words import against_target
from data.models import LabelAgreement

COLLECTING_DATA = 7
PERCENT = "% agreement"


@dataclass(frozen=True)
class Target:
    """The agreement wanted in block 7 of the plan."""

    value: float
    measure: str


def target_of(project: Project) -> Target | None:
    """The target, if the plan names one."""
    held = BlockRevision.objects.latest_of(project).filter(block=COLLECTING_DATA).values_list("answers", flat=True)
    answer: Any = (held.first() or {}).get("agreement_target")  # Any: an answer of the plan, which may be older
    try:
        return Target(float(answer["value"]), str(answer.get("unit", "")))
    except (TypeError, KeyError, ValueError):
        return None


def judged(agreement: LabelAgreement, target: Target | None) -> tuple[str, str] | None:
    """A verdict and its sentence, or None without a target."""
    if target is None or not agreement.results:
        return None
    if target.measure == PERCENT:
        return _percent(agreement.results["percent"], target.value)
    wanted = target.value / 100 if target.value > 1 else target.value
    return against_target(_meant(agreement, target.measure), wanted)


def _percent(share: float | None, wanted: float) -> tuple[str, str]:
    wanted = wanted / 100 if wanted > 1 else wanted
    if share is None:
        return "inconclusive", "No two labels can be compared."
    said = (
        f"The plan asks for {wanted * 100:g} % agreement; labelers agree in {share * 100:.1f} % of all pairs of labels."
    )
    return ("pass" if share >= wanted else "fail"), said


def _meant(agreement: LabelAgreement, measure: str) -> dict[str, Any]:
    """The figure that the plan names: alpha, or the least kappa of any two labelers."""
    results = agreement.results
    if "kappa" not in measure.lower() or not results["pairs"]:
        return dict(results["alpha"][0])
    defined = [pair for pair in results["pairs"] if pair["kappas"][0]["value"] is not None]
    if not defined:
        return dict(results["pairs"][0]["kappas"][0])
    pair = min(defined, key=lambda pair: pair["kappas"][0]["value"])
    if len(results["pairs"]) == 1:
        return dict(pair["kappas"][0])
    return pair["kappas"][0] | {"name": f"the lowest of all pairs, that of {pair['first']} and {pair['second']},"}
