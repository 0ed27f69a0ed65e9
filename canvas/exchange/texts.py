"""Free text into the typed fields of a block: cut where a field has a limit, and never dropped."""

import re
from collections.abc import Iterable
from typing import Any

from canvas.blocks import BLOCKS, Block, get_block
from canvas.cleaning import LIST_ITEMS, LONG_TEXT_LENGTH, ROWS, TEXT_LENGTH
from canvas.exchange.document import FORMAT, VERSION, Document

BULLET = re.compile(r"^\s*(?:[-*•+]|\d+[.)])\s+")


def pieces(text: str, length: int = TEXT_LENGTH) -> list[str]:
    """A text on one line, in pieces of at most this length, cut between words."""
    rest, found = " ".join(text.split()), []
    while len(rest) > length:
        head, _, _ = rest[: length + 1].rpartition(" ")
        head = head or rest[:length]
        found.append(head)
        rest = rest[len(head) :].strip()
    return [*found, rest] if rest else found


def first(text: str, length: int = TEXT_LENGTH) -> str:
    """The beginning of a text, on one line of at most this length."""
    return next(iter(pieces(text, length)), "")


def lines_of(text: str) -> list[str]:
    """The lines of a text that say something, without their bullets."""
    return [line for line in (BULLET.sub("", line).strip() for line in text.splitlines()) if line]


class Sheet:
    """Ten blocks being filled in from elsewhere; what fits nowhere is kept as a note."""

    def __init__(self) -> None:
        self.answers: dict[int, dict[str, Any]] = {block.number: {} for block in BLOCKS}
        self.notes: list[dict[str, str]] = []
        self.kpis: list[dict[str, Any]] = []
        self.warnings: list[str] = []

    def put_long(self, block: int, key: str, text: str, *, source: str) -> None:
        """Add a paragraph to a long text; what is beyond its limit becomes open questions."""
        if not text.strip():
            return
        whole = "\n\n".join(part for part in (self.answers[block].get(key, ""), text.strip()) if part)
        self.answers[block][key] = whole[:LONG_TEXT_LENGTH].rstrip()
        if len(whole) > LONG_TEXT_LENGTH:
            self.ask(block, whole[LONG_TEXT_LENGTH:], source=source)

    def put_text(self, block: int, key: str, text: str, *, source: str) -> None:
        """Fill in a short text that is still empty; what does not fit becomes open questions."""
        first, *rest = pieces(text) or [""]
        if not first:
            return
        if self.answers[block].get(key):
            rest = [text]
        else:
            self.answers[block][key] = first
        for piece in rest:
            self.ask(block, piece, source=source)

    def put_lines(self, block: int, key: str, lines: Iterable[str], *, source: str) -> None:
        """Add lines to a list; what is beyond its limit is kept as a note."""
        held = self.answers[block].setdefault(key, [])
        for line in lines:
            for piece in pieces(line):
                if len(held) < LIST_ITEMS:
                    held.append(piece)
                else:
                    self.keep(f"{source} (block {block})", piece)
        if not held:
            del self.answers[block][key]

    def put_rows(self, block: int, key: str, rows: Iterable[dict[str, Any]], *, source: str) -> None:
        """Add rows; one that repeats a name, or is beyond the limit, becomes open questions."""
        field = get_block(block).field(key)
        held = self.answers[block].setdefault(key, [])
        taken = {row.get(field.unique, "").casefold() for row in held} if field.unique else set()
        for row in rows:
            name = str(row.get(field.unique, "")).casefold() if field.unique else ""
            if len(held) >= (field.max_rows or ROWS) or (field.unique and name in taken):
                self.ask(block, "; ".join(str(cell) for cell in row.values()), source=source)
                continue
            taken.add(name)
            held.append(row)
        if not held:
            del self.answers[block][key]

    def ask(self, block: int, text: str, *, source: str) -> None:
        """Keep what has no field of its own among the block's open questions, with the place it came from."""
        named = (f"{source}: {piece}" for piece in pieces(text, TEXT_LENGTH - len(source) - 2))
        self.put_lines(block, "open_questions", list(named), source=source)

    def keep(self, place: str, text: str) -> None:
        """Keep what fits into no block as a note."""
        if text.strip():
            self.notes.append({"place": place[:200], "text": text})

    def document(self, *, name: str, purpose: str = "", task: str = "") -> Document:
        """The plan that came of it."""
        revisions = [
            {"block": block.number, "number": 1, "answers": answers, "summary": "First revision, brought in from elsewhere."}
            for block in BLOCKS
            if (answers := self._within_limits(block))
        ]  # fmt: skip
        project = {"name": first(name, 120) or "Imported plan", "purpose": first(purpose, 400), "task": task}
        return {
            "format": FORMAT,
            "version": VERSION,
            "project": project,
            "revisions": revisions,
            "kpis": self.kpis,
            "notes": self.notes,
        }

    def _within_limits(self, block: Block) -> dict[str, Any]:
        return {key: value for key, value in self.answers[block.number].items() if value not in ("", [], {})}
