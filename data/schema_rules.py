"""Which changes of a schema break something, and for whom: one row for each kind of change, pure.

Readers are programs, models and people that use the data as the older version describes it. Writers are whoever supplies
data that must obey the newer version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.column_facts import BOOLEAN, DATE, DATETIME, INTEGER, NUMBER, STRING
from data.inference import LABEL, ORDINAL, FieldDraft

READERS, WRITERS, BOTH, NOBODY = "readers", "writers", "readers and writers", ""


@dataclass(frozen=True)
class Rule:
    """One kind of change: whether it breaks anything, for whom, and why."""

    key: str
    title: str
    is_breaking: bool
    whom: str
    why: str

    @property
    def verdict(self) -> str:
        """The verdict in one word."""
        return "breaking" if self.is_breaking else "compatible"


RULES: dict[str, Rule] = {
    rule.key: rule
    for rule in (
        Rule("column-removed", "Column removed", True, READERS, "Whoever reads it no longer finds it."),
        Rule("column-added", "Column added that may be empty", False, NOBODY, "Readers do not know it yet."),
        Rule("required-added", "Column added that is never empty", True, WRITERS, "Earlier data have no value in it."),
        Rule("type-narrowed", "Type narrowed", True, WRITERS, "Values that were right, such as 2.5, no longer are."),
        Rule("type-widened", "Type widened", False, NOBODY, "Every earlier value is still right."),
        Rule("type-changed", "Type changed", True, BOTH, "Values mean and are read as something else."),
        Rule("key-changed", "Key changed", True, BOTH, "Rows are told apart by something else."),
        Rule("unit-changed", "Unit changed or taken away", True, READERS, "The same number means something else."),
        Rule("unit-stated", "Unit stated for the first time", False, NOBODY, "The numbers stay what they were."),
        Rule("order-changed", "Order of measurement changed", True, READERS, "Means and comparisons change meaning."),
        Rule("label-changed", "Label changed", True, BOTH, "A model would learn something else."),
        Rule("use-changed", "Use changed", False, NOBODY, "The values stay what they were."),
        Rule("empty-forbidden", "No longer may be empty", True, WRITERS, "Rows with an empty cell are refused now."),
        Rule("empty-allowed", "May be empty now", True, READERS, "Readers that count on a value meet empty cells."),
        Rule("value-removed", "Allowed value removed", True, WRITERS, "Rows that have it are refused now."),
        Rule("value-added", "Allowed value added", False, READERS,
             "Writers go on as before. A reader meets a value it does not know: a model never learned it."),
        Rule("values-listed", "Allowed values listed for the first time", True, WRITERS, "Other values are refused."),
        Rule("values-freed", "Allowed values no longer listed", False, READERS,
             "Writers go on as before. A reader may meet values it does not know."),
        Rule("values-ranked", "Rank of ordinal values changed", True, READERS, "More and less change places."),
        Rule("values-moved", "Allowed values listed in another order", False, NOBODY, "Without ranks, order is looks."),
        Rule("range-narrowed", "Range narrowed", True, WRITERS, "Values outside are refused now."),
        Rule("range-widened", "Range widened", False, READERS, "Writers go on as before. A reader meets new extremes."),
        Rule("pattern-set", "Pattern set or changed", True, WRITERS, "Texts that were right may be refused."),
        Rule("pattern-lifted", "Pattern taken away", False, READERS, "Writers go on as before. Readers meet new texts."),
        Rule("sensitivity", "Sensitivity or classification changed", False, NOBODY, "It changes handling, not values."),
        Rule("description", "Description changed", False, NOBODY, "Words about the column, not its values."),
    )
}  # fmt: skip

_WIDER = {(INTEGER, NUMBER), (DATE, DATETIME)}
_NARROWER = {(wide, narrow) for narrow, wide in _WIDER} | {
    (STRING, narrow) for narrow in (BOOLEAN, INTEGER, NUMBER, DATE, DATETIME)
}


def rule_for(aspect: str, older: FieldDraft, newer: FieldDraft) -> Rule:
    """The rule that judges a change of one aspect; where one change is of several kinds, the breaking one."""
    return RULES[_JUDGES[aspect](older, newer)]


def rule_for_added(field: FieldDraft) -> Rule:
    """The rule that judges a new column."""
    return RULES["column-added" if field.is_nullable else "required-added"]


def _type(older: FieldDraft, newer: FieldDraft) -> str:
    pair = (older.data_type, newer.data_type)
    if pair in _WIDER:
        return "type-widened"
    return "type-narrowed" if pair in _NARROWER else "type-changed"


def _unit(older: FieldDraft, newer: FieldDraft) -> str:
    return "unit-changed" if older.unit else "unit-stated"


def _part(older: FieldDraft, newer: FieldDraft) -> str:
    return "label-changed" if LABEL in (older.part, newer.part) else "use-changed"


def _nullable(older: FieldDraft, newer: FieldDraft) -> str:
    return "empty-allowed" if newer.is_nullable else "empty-forbidden"


def _values(older: FieldDraft, newer: FieldDraft) -> str:
    was, now = set(older.allowed_values), set(newer.allowed_values)
    if not now:
        return "values-freed"
    if not was:
        return "values-listed"
    if was - now:
        return "value-removed"
    kept: Sequence[Any] = [value for value in newer.allowed_values if value in was]
    if kept != older.allowed_values:
        return "values-ranked" if ORDINAL in (older.order, newer.order) else "values-moved"
    return "value-added"


def _minimum(older: FieldDraft, newer: FieldDraft) -> str:
    is_wider = newer.minimum is None or (older.minimum is not None and newer.minimum < older.minimum)
    return "range-widened" if is_wider else "range-narrowed"


def _maximum(older: FieldDraft, newer: FieldDraft) -> str:
    is_wider = newer.maximum is None or (older.maximum is not None and newer.maximum > older.maximum)
    return "range-widened" if is_wider else "range-narrowed"


def _pattern(older: FieldDraft, newer: FieldDraft) -> str:
    return "pattern-set" if newer.pattern else "pattern-lifted"


_JUDGES = {
    "data_type": _type,
    "order": lambda older, newer: "order-changed",
    "part": _part,
    "is_key": lambda older, newer: "key-changed",
    "is_nullable": _nullable,
    "unit": _unit,
    "allowed_values": _values,
    "minimum": _minimum,
    "maximum": _maximum,
    "pattern": _pattern,
    "is_sensitive": lambda older, newer: "sensitivity",
    "classification": lambda older, newer: "sensitivity",
    "description": lambda older, newer: "description",
}
