"""Number what a reader meets: sections, tables, figures and the records behind each sentence."""

import base64
from dataclasses import dataclass
from typing import Any

from docsgen.content import Content, Figure, Gap, Item, Paragraph, Row, Section, Table
from docsgen.facts import Snapshot


@dataclass(frozen=True)
class Note:
    """A footnote: its number and the record it points at."""

    number: int
    record: dict[str, Any]


class Layout:
    """Numbers given in reading order; a template asks for them while it walks the content."""

    def __init__(self, content: Content, snapshot: Snapshot) -> None:
        self.content = content
        self.records: dict[str, dict[str, Any]] = snapshot["records"]
        self._numbers: dict[str, int] = {}
        for item in _items(content):
            self._meet(item)
        self._tables = _numbered(content, Table)
        self._figures = _numbered(content, Figure)

    def notes(self, refs: tuple[str, ...]) -> list[int]:
        """The footnote numbers of some records."""
        return sorted({self._numbers[ref] for ref in refs if ref in self._numbers})

    def table_number(self, table: Table) -> int:
        """The number of a table in the document."""
        return self._tables[id(table)]

    def figure_number(self, figure: Figure) -> int:
        """The number of a figure in the document."""
        return self._figures[id(figure)]

    @property
    def index(self) -> list[Note]:
        """Every record that was cited, in the order of first citation."""
        return [Note(number, self.records[ref]) for ref, number in self._numbers.items()]

    @property
    def recorded(self) -> int:
        """How many parts of the document rest on records."""
        return sum(1 for section in self.content.sections for item in section.items if not isinstance(item, Gap))

    def _meet(self, item: Item) -> None:
        for ref in _refs(item):
            if ref in self.records and ref not in self._numbers:
                self._numbers[ref] = len(self._numbers) + 1


def components(content: Content) -> list[tuple[str, Section, bool]]:
    """The six components of model documentation, each with its section and whether nothing of weight is missing."""
    return [(section.component, section, not section.gaps) for section in content.sections if section.component]


def as_data_uri(figure: Figure) -> str:
    """A figure as an address a renderer can read without fetching anything."""
    return "data:image/svg+xml;base64," + base64.b64encode(figure.svg.encode()).decode()


def _refs(item: Item) -> tuple[str, ...]:
    if isinstance(item, Paragraph):
        return tuple(ref for sentence in item.sentences for ref in sentence.refs)
    if isinstance(item, Table):
        rows: tuple[Row, ...] = item.rows
        return tuple(ref for row in rows for ref in row.refs)
    if isinstance(item, Gap):
        return ()
    facts = getattr(item, "facts", None)
    if facts is not None:
        return tuple(ref for fact in facts for ref in fact.refs)
    found: tuple[str, ...] = getattr(item, "refs", ())
    return found


def _numbered(content: Content, kind: type) -> dict[int, int]:
    items = [item for item in _items(content) if isinstance(item, kind)]
    return {id(item): number for number, item in enumerate(items, start=1)}


def _items(content: Content) -> list[Item]:
    return [*content.summary, *(item for section in content.sections for item in section.items)]
