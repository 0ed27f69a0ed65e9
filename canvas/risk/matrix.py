"""The 5 × 5 picture of a risk register, as rows of cells that also say everything in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from canvas.risk.scale import IMPACTS, LIKELIHOODS, TONES, band


class Placed(Protocol):
    """A risk with its scores."""

    number: int
    title: str
    likelihood: int
    impact: int
    residual_likelihood: int | None
    residual_impact: int | None
    status: str


@dataclass(frozen=True)
class Cell:
    """One place of the matrix and the risks in it."""

    impact: str
    score: int
    risks: list[Placed]

    @property
    def band(self) -> str:
        """The word for this place."""
        return band(self.score)

    @property
    def tone(self) -> str:
        """Its colour, which only repeats the word."""
        return TONES[self.band]


@dataclass(frozen=True)
class Line:
    """One likelihood, with a cell for each impact."""

    number: int
    likelihood: str
    cells: list[Cell]


def matrix(risks: Iterable[Placed], *, remaining: bool = False) -> list[Line]:
    """The rows from almost certain down to rare; closed risks are left out, as are those whose rest is not judged."""
    placed: dict[tuple[int, int], list[Placed]] = {}
    for risk in risks:
        likelihood = risk.residual_likelihood if remaining else risk.likelihood
        impact = risk.residual_impact if remaining else risk.impact
        if risk.status != "closed" and likelihood is not None and impact is not None:
            placed.setdefault((likelihood, impact), []).append(risk)
    return [
        Line(
            number,
            word,
            [Cell(name, number * level, placed.get((number, level), [])) for level, name, _ in IMPACTS],
        )
        for number, word, _ in reversed(LIKELIHOODS)
    ]
