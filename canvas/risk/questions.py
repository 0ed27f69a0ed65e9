"""The questions of the classification in order, which of them are asked, and which are open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from canvas.blocks.shape import Choice, Kind, Questionnaire
from canvas.risk.act import (
    ANNEX_III,
    GENERAL_PURPOSE,
    PRACTICES,
    PRODUCT,
    PROHIBITED,
    ROLES,
    SCOPE,
    TRANSPARENCY,
)
from canvas.risk.beyond import DATA, MATERIALITY
from canvas.risk.shape import NONE, Ask, Part

PARTS: tuple[Part, ...] = (
    SCOPE, ROLES, PROHIBITED, PRODUCT, ANNEX_III, TRANSPARENCY, GENERAL_PURPOSE, DATA, MATERIALITY,
)  # fmt: skip
ASKS: tuple[Ask, ...] = tuple(ask for part in PARTS for ask in part.asks)
BY_KEY: dict[str, Ask] = {ask.key: ask for ask in ASKS}
CLASSIFICATION = Questionnaire("classification", "the classification", tuple(ask.field for ask in ASKS))
# A yes among these ends the questions: what would come after has no meaning for a project that stops.
BEFORE_THE_STOP = frozenset(ask.key for part in (SCOPE, ROLES, PROHIBITED) for ask in part.asks)


def given(answers: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """What was answered to a question, as the values that were picked; empty while it is open."""
    value = answers.get(key)
    if isinstance(value, Mapping):
        value = value.get("answer")
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(value or ())


def says_yes(answers: Mapping[str, Any], key: str) -> bool:
    """Whether a question was answered with yes."""
    return given(answers, key) == ("yes",)


def is_asked(ask: Ask, answers: Mapping[str, Any]) -> bool:
    """Whether the answers so far make this question one that has to be answered."""
    return all(any(set(given(answers, key)) & set(values) for key, values in group) for group in ask.when)


def open_asks(answers: Mapping[str, Any]) -> list[Ask]:
    """The questions that still have to be answered, in order."""
    stops = any(says_yes(answers, key) and is_asked(BY_KEY[key], answers) for key, *_ in PRACTICES)
    return [
        ask
        for ask in ASKS
        if is_asked(ask, answers) and not given(answers, ask.key) and (not stops or ask.key in BEFORE_THE_STOP)
    ]


def only_asked(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to questions that are asked, in the order of the table; dropping one may close the next."""
    kept = dict(answers)
    for ask in ASKS:
        if not is_asked(ask, kept):
            kept.pop(ask.key, None)
    return {ask.key: kept[ask.key] for ask in ASKS if ask.key in kept}


def wrong_mixtures(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Answers that contradict themselves, as (question key, sentence): “none” beside something."""
    return [
        (ask.key, f"“{_label(ask.field.choices, NONE)}” cannot stand beside another answer; untick one of them.")
        for ask in ASKS
        if ask.field.kind is Kind.CHOICES and NONE in given(answers, ask.key) and len(given(answers, ask.key)) > 1
    ]


def _label(options: tuple[Choice, ...], value: str) -> str:
    return next(choice.label for choice in options if choice.value == value)
