"""What changed between two versions of a schema, column by column, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.inference import FieldDraft

ASPECTS = {
    "data_type": "type",
    "order": "order",
    "part": "use",
    "is_key": "key",
    "is_nullable": "may be empty",
    "unit": "unit",
    "allowed_values": "allowed values",
    "is_sensitive": "sensitive",
    "description": "description",
}


@dataclass(frozen=True)
class Change:
    """One difference: a column that came or went, or one aspect of a column."""

    column: str
    aspect: str
    was: str
    now: str

    @property
    def label(self) -> str:
        """What it is about, as a heading."""
        return self.column if self.aspect == "column" else f"{self.column}: {self.aspect}"

    def __str__(self) -> str:
        if self.aspect == "column":
            return f"{self.column}: {'added' if self.now else 'removed'}"
        return f"{self.column}: {self.aspect} {self.was or 'nothing'} → {self.now or 'nothing'}"


def changes_between(older: Sequence[FieldDraft], newer: Sequence[FieldDraft]) -> list[Change]:
    """Every difference, in the order of the newer version; columns that went come last."""
    before = {field.key: field for field in older}
    after = {field.key: field for field in newer}
    changes: list[Change] = []
    for key, field in after.items():
        if key in before:
            changes += _aspects(before[key], field)
        else:
            changes.append(Change(key, "column", "", field.data_type))
    changes += [Change(key, "column", field.data_type, "") for key, field in before.items() if key not in after]
    return changes


def _aspects(older: FieldDraft, newer: FieldDraft) -> list[Change]:
    return [
        Change(newer.key, word, _shown(getattr(older, name)), _shown(getattr(newer, name)))
        for name, word in ASPECTS.items()
        if getattr(older, name) != getattr(newer, name)
    ]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
