"""What came of holding rows against a schema."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Failure:
    """One rule that rows break: how many, and the first few with their values."""

    column: str
    rule: str
    sentence: str
    count: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)  # Any: a row number and a text


@dataclass(frozen=True)
class Outcome:
    """The rows that were read, and the rules that some of them break, the heaviest first."""

    rows: int
    failures: list[Failure]
    left_out: int = 0

    @property
    def passed(self) -> bool:
        """Whether no row breaks any rule."""
        return not self.failures

    def as_json(self) -> list[dict[str, Any]]:
        """The failures as they are kept; the last one counts those that were left out."""
        kept = [vars(failure) for failure in self.failures]
        if self.left_out:
            left = Failure("", "left-out", f"{self.left_out} more rules are broken", 0)
            kept.append(vars(left))
        return kept
