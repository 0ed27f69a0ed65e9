"""What came out of an evaluation, as plain values that can be hashed, stored and shown."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import rfc8785

Row = dict[str, Any]  # column to plain value, one per row to store


@dataclass(frozen=True)
class HeldOut:
    """Whether the measured rows were new to the model; None where nobody can tell."""

    holds: bool | None
    reason: str


@dataclass(frozen=True)
class Report:
    """What an evaluation says about one promotion requirement."""

    key: str
    status: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything one evaluation found."""

    rows: int
    strength: str
    sandbox_tier: str
    held_out: HeldOut
    baseline_name: str
    software: dict[str, str]
    notes: list[str]
    metrics: list[Row]
    comparisons: list[Row]
    slices: list[Row]
    verdicts: list[Row]
    curves: list[Row] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)

    def fingerprint(self) -> str:
        """The SHA-256 of every number and verdict as canonical JSON; of charts, the numbers they draw."""
        plain: dict[str, Any] = {  # Any: what JSON holds
            "rows": self.rows,
            "strength": self.strength,
            "sandbox_tier": self.sandbox_tier,
            "is_held_out": self.held_out.holds,
            "held_out_reason": self.held_out.reason,
            "baseline_name": self.baseline_name,
            "notes": self.notes,
            "metrics": self.metrics,
            "comparisons": self.comparisons,
            "slices": self.slices,
            "verdicts": self.verdicts,
            "curves": [{"name": curve["name"], "table": curve["table"]} for curve in self.curves],
        }
        return hashlib.sha256(rfc8785.dumps(plain)).hexdigest()
