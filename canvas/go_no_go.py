"""What the records suggest about going ahead: a stated rule, apart from what people decide."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from canvas.blocks.decisions import DISQUALIFIERS
from canvas.blocks.shape import Column, Field, Kind, Questionnaire, choices

GO, CONDITIONAL, NO_GO, REVISIT = "go", "go-with-conditions", "no-go", "revisit"
OUTCOMES = ((GO, "Go"), (CONDITIONAL, "Go with conditions"), (NO_GO, "No-go"), (REVISIT, "Revisit on a date"))
FORBIDDING = ("prohibited_practice", "no_legal_basis")

PROPOSAL = Questionnaire(
    "go-no-go",
    "the decision",
    (
        Field(
            "outcome",
            "Decision",
            Kind.CHOICE,
            question="Do we go ahead?",
            help="It may differ from what the records suggest; then a reason is needed below.",
            required=True,
            choices=choices(*OUTCOMES),
        ),
        Field(
            "reasons",
            "Reasons",
            Kind.LONG_TEXT,
            question="Why, and what would reverse it?",
            example="Reminders leave 4 % no-shows, which still costs 70,000 euro a year. Below 2 % we stop.",
            required=True,
            max_length=4000,
        ),
        Field(
            "difference_reason",
            "Why it differs",
            Kind.LONG_TEXT,
            question="Why do you decide otherwise than the records suggest?",
            help="Only when it differs.",
            max_length=4000,
        ),
        Field(
            "conditions",
            "Conditions",
            Kind.ROWS,
            noun="condition",
            question="What has to hold, who sees to it, and by when?",
            help="For “Go with conditions”. Each is reported as met on the decision page.",
            example="Reminders run in all clinics · practice manager · 30 June 2027",
            max_rows=20,
            columns=(
                Column("text", "Condition", Kind.LONG_TEXT, required=True, max_length=400),
                Column("owner", "Who sees to it", Kind.PERSON, required=True, max_length=120),
                Column("due_on", "By", Kind.DATE, required=True),
            ),
        ),
        Field(
            "revisit_on",
            "Revisit on",
            Kind.DATE,
            question="On which date is it looked at again?",
            help="Needed for “Revisit on a date”, welcome for the others.",
            required_when=("outcome", (REVISIT,)),
        ),
    ),
)


@dataclass(frozen=True)
class Suggestion:
    """What the rule says, and why."""

    outcome: str
    reasons: tuple[str, ...]

    @property
    def label(self) -> str:
        """The outcome in words."""
        return dict(OUTCOMES)[self.outcome]


@dataclass(frozen=True)
class Return:
    """The expected return of an estimate and the hurdle it has to clear, both as shares; roi is None without costs."""

    number: int
    roi: float | None
    hurdle: float


def suggest(
    disqualifiers: Sequence[Mapping[str, Any]], *, expected: Return | None, stops: Sequence[str] = ()
) -> Suggestion:
    """The suggestion from the answered disqualifiers, the expected return, and the bans a signed classification found.

    No-go when something forbids it; revisit while a disqualifier is open; conditions when any other applies, or when the
    return does not clear the hurdle; go when none applies and it does. Without an estimate nobody can say go.
    """
    labels = {choice.value: choice.label for choice in DISQUALIFIERS}
    answered = {str(row.get("disqualifier")): row for row in disqualifiers if row.get("applies") in ("yes", "no")}
    applying = [key for key in labels if key in answered and answered[key]["applies"] == "yes"]
    forbidden = [_told(labels[key], answered[key]) for key in applying if key in FORBIDDING]
    if forbidden or stops:
        return Suggestion(NO_GO, (*stops, *forbidden))
    if opened := [labels[key] for key in labels if key not in answered]:
        return Suggestion(REVISIT, tuple(f"Not answered in block 10: {label}." for label in opened))
    if applying:
        return Suggestion(CONDITIONAL, tuple(_told(labels[key], answered[key]) for key in applying))
    return _by_return(expected)


def _by_return(expected: Return | None) -> Suggestion:
    none = "No disqualifier applies."
    if expected is None:
        return Suggestion(REVISIT, (none, "There is no estimate of the return, so the rule cannot say go."))
    if expected.roi is None or not math.isfinite(expected.roi):
        return Suggestion(REVISIT, (none, f"Estimate {expected.number} has no return, because it has no costs."))
    compared = (
        f"estimate {expected.number} expects {_percent(expected.roi)}, the hurdle is {_percent(expected.hurdle)}."
    )
    if expected.roi > expected.hurdle:
        return Suggestion(GO, (none, f"The return clears the hurdle: {compared}"))
    return Suggestion(CONDITIONAL, (none, f"The return does not clear the hurdle: {compared}"))


def _told(label: str, row: Mapping[str, Any]) -> str:
    reason = str(row.get("reason") or "").strip().rstrip(".")
    return f"{label}: {reason}." if reason else f"{label}."


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace("-", "−").replace(".0 %", " %")
