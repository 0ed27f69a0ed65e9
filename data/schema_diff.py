"""What changed between two versions of a schema, column by column, in words, and what breaks by it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from data.inference import FieldDraft
from data.schema_rules import RULES, Rule, rule_for, rule_for_added

ASPECTS = {
    "data_type": "type",
    "order": "order",
    "part": "use",
    "is_key": "key",
    "is_nullable": "may be empty",
    "unit": "unit",
    "allowed_values": "allowed values",
    "minimum": "minimum",
    "maximum": "maximum",
    "pattern": "pattern",
    "is_sensitive": "sensitive",
    "classification": "classification",
    "description": "description",
}


@dataclass(frozen=True)
class Change:
    """One difference: a column that came or went, or one aspect of a column; and the rule that judges it."""

    column: str
    aspect: str
    was: str
    now: str
    rule: Rule = field(compare=False)

    @property
    def label(self) -> str:
        """What it is about, as a heading."""
        return self.column if self.aspect == "column" else f"{self.column}: {self.aspect}"

    @property
    def is_breaking(self) -> bool:
        """Whether somebody's work stops because of it."""
        return self.rule.is_breaking

    def __str__(self) -> str:
        if self.aspect == "column":
            return f"{self.column}: {'added' if self.now else 'removed'}"
        return f"{self.column}: {self.aspect} {self.was or 'nothing'} → {self.now or 'nothing'}"


@dataclass(frozen=True)
class Comparison:
    """All differences between two versions, with the verdict on the whole."""

    changes: Sequence[Change]

    @property
    def is_breaking(self) -> bool:
        """Whether at least one change breaks something."""
        return any(change.is_breaking for change in self.changes)

    @property
    def verdict(self) -> str:
        """Unchanged, compatible or breaking."""
        if not self.changes:
            return "unchanged"
        return "breaking" if self.is_breaking else "compatible"

    @property
    def sentence(self) -> str:
        """The verdict with its reason, for people."""
        breaking = [change for change in self.changes if change.is_breaking]
        if not self.changes:
            return "Nothing differs."
        if not breaking:
            return f"Compatible: {_count(len(self.changes), 'change')}, and none of them breaks anything."
        whom = sorted({word for change in breaking for word in change.rule.whom.split(" and ")})
        return f"Breaking for {' and '.join(whom)}: {len(breaking)} of {_count(len(self.changes), 'change')}."

    @property
    def heaviest_first(self) -> list[Change]:
        """The changes that break something, then the others, each in the order of the columns."""
        return sorted(self.changes, key=lambda change: not change.is_breaking)


def compare(older: Sequence[FieldDraft], newer: Sequence[FieldDraft]) -> Comparison:
    """The differences and the verdict on them."""
    return Comparison(changes_between(older, newer))


def changes_between(older: Sequence[FieldDraft], newer: Sequence[FieldDraft]) -> list[Change]:
    """Every difference, in the order of the newer version; columns that went come last."""
    before = {field.key: field for field in older}
    after = {field.key: field for field in newer}
    changes: list[Change] = []
    for key, now in after.items():
        if key in before:
            changes += _aspects(before[key], now)
        else:
            changes.append(Change(key, "column", "", now.data_type, rule_for_added(now)))
    gone = [was for key, was in before.items() if key not in after]
    return changes + [Change(was.key, "column", was.data_type, "", RULES["column-removed"]) for was in gone]


def written_number(value: float | None) -> str:
    """A bound as people write it, without losing a digit; empty for none."""
    if value is None:
        return ""
    return f"{value:g}" if value == float(f"{value:g}") else repr(value)


def _aspects(older: FieldDraft, newer: FieldDraft) -> list[Change]:
    return [
        Change(
            newer.key, word, _shown(getattr(older, name)), _shown(getattr(newer, name)), rule_for(name, older, newer)
        )
        for name, word in ASPECTS.items()
        if getattr(older, name) != getattr(newer, name)
    ]


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return written_number(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
