"""A plan that was read: its live records as rows, each with what the file says about its making."""

from dataclasses import dataclass, field
from typing import Any

from canvas.exchange.document import Document


@dataclass
class Row:
    """One record of the file, checked: what it says, and who made it and when, says the file."""

    path: str
    values: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, Any] = field(default_factory=dict)
    id: str = ""


@dataclass
class Plan:
    """A checked plan: live records by part, ready to become rows, and the document it was read from."""

    document: Document
    project: dict[str, str]
    rows: dict[str, list[Row]]
