"""How much room texts take on paper, estimated from the font's own widths, and which rows and cuts make them fit."""

import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.conf import settings
from fontTools.ttLib import TTFont

MM = 72 / 25.4  # points in a millimetre
LEADING, CLAIM_LEADING, CLAIM_SIZE = 1.42, 1.36, 1.39
COLUMN, GAP = 76.0, 3.5
ROOM = 232.0  # what the three rows share
PADDING, HEADING, BETWEEN, INDENT, CLAIM_GAP, REST = 8.5, 7.0, 1.2, 4.4, 3.4, 5.0
SAFETY = 1.02
SIZES = (12.25, 11.5, 10.75, 10.0, 9.25, 8.75)
CUTS = ((9.75, 260, 420), (9.75, 170, 320), (9.75, 110, 240), (9.25, 80, 160))
LEAST = (52.0, 52.0, 40.0)
# Each block's column, row, and how many columns and rows it takes.
PLACES = {
    1: (2, 0, 1, 2), 2: (0, 0, 1, 1), 3: (3, 0, 1, 1), 4: (1, 0, 1, 1), 5: (3, 1, 1, 1), 6: (4, 0, 1, 2),
    7: (0, 1, 1, 1), 8: (1, 1, 1, 1), 9: (0, 2, 3, 1), 10: (3, 2, 2, 1),
}  # fmt: skip
# Text in two columns, as blocks 9 and 10 are wide.
IN_COLUMNS = {9: 2, 10: 2}


@dataclass(frozen=True)
class Text:
    """What one block prints."""

    number: int
    claim: str
    lines: tuple[str, ...]
    rest: int = 0


@dataclass(frozen=True)
class Place:
    """Where a block lies, in millimetres."""

    number: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Fit:
    """A size of text in points, the heights of the three rows, and what each block prints."""

    size: float
    rows: tuple[float, float, float]
    texts: tuple[Text, ...]

    @property
    def places(self) -> list[Place]:
        """Where each block lies."""
        return [
            Place(
                number,
                left=round(column * (COLUMN + GAP), 2),
                top=round(sum(self.rows[:row]) + row * GAP, 2),
                width=_width(number),
                height=round(_height(number, self.rows), 2),
            )
            for number, (column, row, _, _) in PLACES.items()
        ]

    def smaller(self) -> "Fit":
        """The same in smaller letters, for when the estimate was too hopeful."""
        return replace(self, size=round(self.size * 0.92, 2))


def fitted(texts: tuple[Text, ...]) -> Fit:
    """The largest size at which everything fits; else the longest cut of it that does."""
    for size in SIZES:
        if rows := _rows(texts, size):
            return Fit(size, rows, texts)
    for size, length, claim in CUTS[:-1]:
        short = tuple(_shortened(text, length, claim) for text in texts)
        if rows := _rows(short, size):
            return Fit(size, rows, short)
    return _dropped(texts)


def last_resort(texts: tuple[Text, ...]) -> Fit:
    """What fits whatever it holds: three short lines of each block."""
    size, length, claim = CUTS[-1]
    few = tuple(_shortened(_without(text, max(0, len(text.lines) - 3)), length, claim) for text in texts)
    return Fit(size, (90.0, 84.0, 58.0), few)


def cut(text: str, length: int) -> str:
    """A text of at most this length, cut between words where it has any."""
    if len(text) <= length:
        return text
    head, _, _ = text[:length].rpartition(" ")
    return f"{(head if len(head) > length // 2 else text[: length - 1]).rstrip(' ,;:·')}…"


def _dropped(texts: tuple[Text, ...]) -> Fit:
    """Lines shortened, and the last ones of a block left to the canvas page where even so they do not fit."""
    size, length, claim = CUTS[1]
    short = tuple(_shortened(text, length, claim) for text in texts)
    wanted = _wanted(short, size)
    beyond = [want - least for want, least in zip(wanted, LEAST, strict=True)]
    share = min(1.0, (ROOM - sum(LEAST)) / (sum(beyond) or 1))
    first, second, third = (round(least + more * share, 1) for least, more in zip(LEAST, beyond, strict=True))
    rows = (first, second, third)
    return Fit(size, rows, tuple(_whole_lines(text, size, rows) for text in short))


def _whole_lines(text: Text, size: float, rows: tuple[float, float, float]) -> Text:
    while text.lines and _need(text, size) > _height(text.number, rows):
        text = _without(text, 1 if text.rest else 2)
    return text


def _without(text: Text, count: int) -> Text:
    count = min(count, len(text.lines))
    return replace(text, lines=text.lines[: len(text.lines) - count], rest=text.rest + count)


def _shortened(text: Text, length: int, claim: int) -> Text:
    return replace(text, claim=cut(text.claim, claim), lines=tuple(cut(line, length) for line in text.lines))


def _wanted(texts: tuple[Text, ...], size: float) -> list[float]:
    """The height each of the three rows needs to hold its blocks at this size."""
    need = {text.number: _need(text, size) for text in texts}
    rows = [
        max(LEAST[row], *(need[n] for n, (_, r, _, high) in PLACES.items() if r == row and high == 1))
        for row in range(3)
    ]
    # Blocks 1 and 6 reach over two rows, which share what they need beyond the others.
    missing = max(need[n] for n, (_, _, _, high) in PLACES.items() if high == 2) - (rows[0] + rows[1] + GAP)
    extra = max(0.0, missing / 2)
    return [rows[0] + extra, rows[1] + extra, rows[2]]


def _rows(texts: tuple[Text, ...], size: float) -> tuple[float, float, float] | None:
    """Heights of the three rows that hold every block, with the spare room shared out; None if none do."""
    rows = _wanted(texts, size)
    spare = ROOM - sum(rows)
    if spare < 0:
        return None
    return (round(rows[0] + spare * 0.4, 1), round(rows[1] + spare * 0.4, 1), round(rows[2] + spare * 0.2, 1))


def _need(text: Text, size: float) -> float:
    """The height in millimetres that a block needs at this size."""
    columns = IN_COLUMNS.get(text.number, 1)
    inner = _width(text.number) - 8.8
    claim = _lines(text.claim, size * CLAIM_SIZE, inner) * size * CLAIM_SIZE * CLAIM_LEADING / MM if text.claim else 0
    item = (inner - 9 * (columns - 1)) / columns - INDENT
    heights = [_lines(line, size, item) * size * LEADING / MM + BETWEEN for line in text.lines]
    body = sum(heights) if columns == 1 else _balanced(heights)
    return PADDING + HEADING + (claim + CLAIM_GAP if claim else 0) + body + (REST if text.rest else 0)


def _balanced(heights: list[float]) -> float:
    """The height of two columns that share these items in order, none torn apart."""
    return min(max(sum(heights[:place]), sum(heights[place:])) for place in range(len(heights) + 1))


def _lines(text: str, size: float, width: float) -> int:
    """How many lines a text takes in a column of this width in millimetres."""
    room = width * MM / (size * SAFETY)
    count, used = 1, 0.0
    for word in text.split(" "):
        length = sum(map(_advance, word))
        if used and used + _advance(" ") + length > room:
            count, used = count + 1, 0.0
        used += length + (_advance(" ") if used else 0)
        while used > room:
            count, used = count + 1, used - room
    return count


def _width(number: int) -> float:
    wide = PLACES[number][2]
    return wide * COLUMN + (wide - 1) * GAP


def _height(number: int, rows: tuple[float, float, float]) -> float:
    _, row, _, high = PLACES[number]
    return sum(rows[row : row + high]) + (high - 1) * GAP


def _advance(character: str) -> float:
    """A character's width in em; what the font lacks is drawn by another, and taken as wide."""
    found = _widths().get(ord(character))
    if found is None:
        return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.65
    return found


@cache
def _widths() -> dict[int, float]:
    font: Any = TTFont(settings.FONTS_DIR / "Inter-Regular.ttf")
    per_em, advances = font["head"].unitsPerEm, font["hmtx"]
    return {code: advances[glyph][0] / per_em for code, glyph in font.getBestCmap().items()}
