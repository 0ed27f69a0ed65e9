"""What is wrong with a file, and where."""

from dataclasses import dataclass

SHOWN = 20


@dataclass(frozen=True)
class Flaw:
    """One thing to correct: the JSON path of the place, and a sentence."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}"


class InvalidPlan(ValueError):
    """The file cannot become a plan; nothing was created. `flaws` says where and why."""

    def __init__(self, flaws: list[Flaw]) -> None:
        shown = " ".join(str(flaw) for flaw in flaws[:SHOWN])
        rest = len(flaws) - SHOWN
        super().__init__(f"{shown} And {rest} more." if rest > 0 else shown)
        self.flaws = flaws[:SHOWN]
        self.further = max(0, rest)
        self.total = len(flaws)


def refused(path: str, sentence: str) -> InvalidPlan:
    """The one flaw that makes reading on pointless."""
    return InvalidPlan([Flaw(path, sentence)])
