"""What a document is made of: sections of sentences, tables, figures and gaps, each resting on records."""

from dataclasses import dataclass, field
from enum import StrEnum

Refs = tuple[str, ...]  # keys into the snapshot's "records"


class Severity(StrEnum):
    """How much a missing record weighs."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class Sentence:
    """A statement and the records it was made from; a sentence without records states no fact."""

    text: str
    refs: Refs = ()


@dataclass(frozen=True)
class Paragraph:
    """Sentences that belong together."""

    sentences: tuple[Sentence, ...]
    kind: str = "paragraph"


@dataclass(frozen=True)
class Quotation:
    """What somebody wrote in a record, word for word, one paragraph for each line."""

    label: str
    lines: tuple[str, ...]
    refs: Refs
    kind: str = "quotation"


@dataclass(frozen=True)
class Fact:
    """A label and its value."""

    label: str
    value: str
    refs: Refs = ()
    is_mono: bool = False


@dataclass(frozen=True)
class FactList:
    """Labels and values side by side."""

    facts: tuple[Fact, ...]
    kind: str = "facts"


@dataclass(frozen=True)
class Cell:
    """One cell: numbers align right, a tone colours a verdict that is also said in words."""

    text: str
    is_number: bool = False
    tone: str = ""
    is_mono: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a table and the records it rests on."""

    cells: tuple[Cell, ...]
    refs: Refs = ()


@dataclass(frozen=True)
class Table:
    """Rows under named columns; rows left out for length are counted in a note."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: frozenset[int] = frozenset()
    note: str = ""
    kind: str = "table"

    @property
    def shared_refs(self) -> Refs:
        """The records that every row rests on alike, so that one footnote speaks for the table; else none."""
        found = {row.refs for row in self.rows}
        return self.rows[0].refs if len(found) == 1 else ()


@dataclass(frozen=True)
class Figure:
    """A chart with the sentence for those who cannot see it and what to conclude."""

    svg: str
    alt: str
    caption: str
    refs: Refs
    is_wide: bool = False
    kind: str = "figure"


@dataclass(frozen=True)
class Steps:
    """A numbered way from input to output."""

    lines: tuple[str, ...]
    refs: Refs
    kind: str = "steps"


@dataclass(frozen=True)
class Gap:
    """Something that should be recorded and is not."""

    text: str
    what: str
    where: str
    url: str
    owner: str
    blocks: tuple[str, ...]
    severity: Severity = Severity.MEDIUM
    kind: str = "gap"


Item = Paragraph | Quotation | FactList | Table | Figure | Steps | Gap


@dataclass(frozen=True)
class Section:
    """A headed part of a document; one without items would hide that something is missing, so there is none."""

    key: str
    title: str
    lead: str
    items: tuple[Item, ...]
    component: str = ""
    """Which of the six components of model documentation it is, if any."""

    @property
    def gaps(self) -> list[Gap]:
        """What this section misses."""
        return [item for item in self.items if isinstance(item, Gap)]


@dataclass(frozen=True)
class Content:
    """A whole document as data, before anything is drawn."""

    title: str
    subtitle: str
    state: str
    state_tone: str
    sections: tuple[Section, ...]
    cover: tuple[Fact, ...] = field(default=())
    summary: tuple[Item, ...] = field(default=())

    @property
    def gaps(self) -> list[Gap]:
        """Everything that is missing, the heaviest first."""
        order = list(Severity)
        found = [gap for section in self.sections for gap in section.gaps]
        return sorted(found, key=lambda gap: order.index(gap.severity))
