"""How ideas are put in order: five scores, stored weights, and what is prohibited last."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Protocol, TypeVar

HIGHEST = 5


@dataclass(frozen=True)
class Weights:
    """How much each score counts, from 0 to 1; risk and effort are subtracted."""

    value: float = 0.35
    feasibility: float = 0.2
    data_readiness: float = 0.2
    risk: float = 0.15
    effort: float = 0.1


DEFAULT = Weights()
SUBTRACTED = frozenset({"risk", "effort"})
KEYS = tuple(field.name for field in fields(Weights))


class Scored(Protocol):
    """What the ranking reads of an idea: five scores from 0 to 5, a ban, and the likely return."""

    value: int
    feasibility: int
    data_readiness: int
    risk: int
    effort: int
    is_prohibited: bool
    roi_likely: float | None


Idea = TypeVar("Idea", bound=Scored)


@dataclass(frozen=True)
class Term:
    """What one score adds to the sum, or takes away from it."""

    key: str
    given: int
    weight: float
    points: float


def terms(idea: Scored, weights: Weights = DEFAULT) -> list[Term]:
    """Each score scaled to 0–1 and weighted, in the order of the weights; risk and effort below zero."""
    found = []
    for key in KEYS:
        weight, given = getattr(weights, key), getattr(idea, key)
        points = weight * given / HIGHEST
        found.append(Term(key, given, weight, -points if key in SUBTRACTED else points))
    return found


def score(idea: Scored, weights: Weights = DEFAULT) -> float:
    """The sum of the terms, without a unit: −0.25 to 0.75 with the default weights; 0 for a prohibited practice."""
    return 0.0 if idea.is_prohibited else round(sum(term.points for term in terms(idea, weights)), 6)


def bounds(weights: Weights = DEFAULT) -> tuple[float, float]:
    """The lowest and the highest sum that these weights allow."""
    low = -sum(getattr(weights, key) for key in SUBTRACTED)
    return round(low, 6), round(sum(getattr(weights, key) for key in KEYS if key not in SUBTRACTED), 6)


def ranked(ideas: Iterable[Idea], weights: Weights = DEFAULT) -> list[tuple[Idea, float]]:
    """Ideas with their scores, best first; ties by likely return, and what is prohibited after everything else."""
    scored = [(idea, score(idea, weights)) for idea in ideas]
    return sorted(scored, key=lambda pair: (pair[0].is_prohibited, -pair[1], -_return_of(pair[0])))


def _return_of(idea: Scored) -> float:
    return float("-inf") if idea.roi_likely is None else idea.roi_likely
