"""How questions and duties are grouped for a page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canvas.questions import Question
from canvas.risk.obligations import FRAMEWORKS, Obligation
from canvas.risk.questions import PARTS
from canvas.risk.shape import Ask, Part

if TYPE_CHECKING:
    from canvas.forms.blocks import BlockForm


@dataclass(frozen=True)
class Asked:
    """One question of the classification, ready to be drawn."""

    ask: Ask
    question: Question

    @property
    def when(self) -> str:
        """The conditions under which it is asked, for the script that hides it: groups of [key, values]."""
        return json.dumps(self.ask.when) if self.ask.when else ""


@dataclass(frozen=True)
class DutyGroup:
    """Duties of one framework under one heading."""

    framework: str
    title: str
    obligations: list[Obligation]


def asked_parts(form: BlockForm) -> list[tuple[Part, list[Asked]]]:
    """Every question of the classification by its part, with what was typed."""
    return [(part, [Asked(ask, form.question(ask.key)) for ask in part.asks]) for part in PARTS]


def grouped(obligations: Iterable[Obligation]) -> list[DutyGroup]:
    """Duties by framework and heading, in the order of the table."""
    groups: dict[tuple[str, str], list[Obligation]] = {}
    for obligation in obligations:
        groups.setdefault((obligation.duty.framework, obligation.duty.group), []).append(obligation)
    return [DutyGroup(FRAMEWORKS[framework], title, held) for (framework, title), held in groups.items()]
