"""What one snapshot shares with the others, seen from its own side and told in sentences."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from data.models import Dataset, RowOverlap


@dataclass(frozen=True)
class SeenOverlap:
    """One comparison, from the side of one of the two snapshots."""

    mine: Dataset
    other: Dataset
    shared: int
    alike: int | None
    rows: int
    other_rows: int
    compared: str
    examples: list[dict[str, Any]]
    notes: list[str]
    found_at: datetime

    @property
    def share(self) -> float:
        """The part of this snapshot's rows that is also in the other."""
        return self.shared / self.rows if self.rows else 0.0

    @property
    def sentences(self) -> list[str]:
        """What is wrong with it, if anything."""
        found = []
        if self.shared:
            rows, are = _counted(self.shared)
            found.append(f"{rows} {are} also in {self.other}, which is {_role(self.other)}{self._places('row')}.")
        if self.alike is not None and self.alike > self.shared:
            rows, are = _counted(self.alike - self.shared)
            found.append(
                f"{rows} more {are} also in {self.other} but for identifiers and label{self._places('alike')}."
            )
        return [*found, *self.notes]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "other": self.other.pk,
            "name": str(self.other),
            "split_role": self.other.split_role,
            "shared": self.shared,
            "alike": self.alike,
            "rows": self.rows,
            "other_rows": self.other_rows,
            "compared": self.compared,
            "examples": self.examples,
            "notes": self.notes,
            "found_at": self.found_at,
        }

    def _places(self, kind: str) -> str:
        first = next((example for example in self.examples if example["kind"] == kind), None)
        return f" (row {first['here']:,} here is row {first['there']:,} there)" if first else ""


def overlaps_of(dataset: Dataset) -> list[SeenOverlap]:
    """Every comparison of a snapshot with another that still plays another part, those that share most first."""
    held = RowOverlap.objects.filter(Q(first=dataset) | Q(second=dataset))
    held = held.select_related("first__project", "second__project").defer("first__declared", "second__declared")
    seen = [_seen(dataset, overlap) for overlap in held]
    apart = [overlap for overlap in seen if overlap.other.split_role != dataset.split_role]
    return sorted(apart, key=lambda overlap: (-overlap.shared, -(overlap.alike or 0), str(overlap.other)))


def _seen(dataset: Dataset, overlap: RowOverlap) -> SeenOverlap:
    is_first = overlap.first_id == dataset.pk
    here, there = ("first", "second") if is_first else ("second", "first")
    return SeenOverlap(
        mine=dataset,
        other=overlap.second if is_first else overlap.first,
        shared=overlap.shared,
        alike=overlap.alike,
        rows=overlap.first_rows if is_first else overlap.second_rows,
        other_rows=overlap.second_rows if is_first else overlap.first_rows,
        compared=overlap.compared,
        examples=sorted(
            ({"kind": one["kind"], "here": one[here], "there": one[there]} for one in overlap.examples),
            key=lambda one: (one["kind"] != "row", one["here"]),
        ),
        notes=overlap.notes,
        found_at=overlap.found_at,
    )


def _counted(count: int) -> tuple[str, str]:
    return ("1 row", "is") if count == 1 else (f"{count:,} rows", "are")


def _role(dataset: Dataset) -> str:
    return {"train": "for training", "validation": "for validation", "test": "for testing"}.get(
        dataset.split_role, "not split"
    )
