"""The types a column can have, and what is kept of one that was looked at."""

from dataclasses import dataclass, field

BOOLEAN, INTEGER, NUMBER = "boolean", "integer", "number"
DATE, DATETIME, STRING = "date", "datetime", "string"

TRUE = ("true", "True", "TRUE")
FALSE = ("false", "False", "FALSE")
FEW = 50


@dataclass
class ColumnFacts:
    """What was seen of one column."""

    name: str
    kind: str = ""
    rows: int = 0
    has_empty: bool = False
    has_null_word: bool = False
    least: float | None = None
    values: set[str] | None = field(default_factory=set)  # None: more than FEW
    longest: int = 0
    has_spaces: bool = False
    hashes: set[int] | None = field(default_factory=set)  # None: some value came twice, or no key could look like this

    @property
    def is_nullable(self) -> bool:
        """Whether a cell is empty, in the sense of the column's type."""
        return self.has_empty or (self.has_null_word and self.kind != STRING) or not self.kind

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own."""
        return self.hashes is not None and not self.is_nullable and len(self.hashes) == self.rows
