"""How a benchmark says what it found: name, figure, unit, and what it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One figure, with its target where there is one."""

    name: str
    figure: float
    unit: str
    target: float | None = None
    beside: str = ""
    is_least: bool = False
    """Whether the target is a figure to reach, rather than one to stay below."""

    def __str__(self) -> str:
        sign = "≥" if self.is_least else "≤"
        target = [] if self.target is None else [f"target {sign} {self.target:,g} {self.unit}", self.verdict]
        compared = ", ".join(filter(None, [*target, self.beside]))
        return f"{self.name:52} {self.figure:>10,.4g} {self.unit:8} {compared}"

    @property
    def verdict(self) -> str:
        """Whether the target is met."""
        if self.target is None:
            return "met"
        return "met" if (self.figure >= self.target if self.is_least else self.figure <= self.target) else "missed"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]
