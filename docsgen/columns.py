"""How wide a table's columns are: worked out here from the texts, because a renderer that has to try takes far longer."""

import math

from docsgen.content import Cell, Table

# Percent of a page's width that one letter takes at a table's type size, and what a column takes besides its letters.
LETTER = 0.95
PADDING = 2.6
LONGEST_WANTED = 60


def column_shares(table: Table) -> list[int]:
    """The width of each column in percent; together at most 100."""
    columns = [[row.cells[at] for row in table.rows] for at in range(len(table.columns))]
    least = [_least(head, cells) for head, cells in zip(table.columns, columns, strict=True)]
    wanted = [max(low, _wanted(cells)) for low, cells in zip(least, columns, strict=True)]
    room = 100 - sum(least)
    if room <= 0:
        return [max(1, int(100 * low / sum(least))) for low in least]
    # With room for all that is wanted, every column gets its part of what is left.
    if sum(wanted) <= 100:
        return [int(100 * want / sum(wanted)) for want in wanted]
    extra = [want - low for want, low in zip(wanted, least, strict=True)]
    total = sum(extra)
    return [int(low + room * more / total) for low, more in zip(least, extra, strict=True)]


def _least(head: str, cells: list[Cell]) -> float:
    # A number and a verdict stay on one line; other texts may break between words.
    texts = [cell.text if cell.is_number or cell.tone else _longest_word(cell) for cell in cells]
    return LETTER * max(len(text) for text in [*texts, max(head.split(), key=len, default="")]) + PADDING


def _longest_word(cell: Cell) -> str:
    # Names in typewriter letters may break anywhere, so that a very long one does not push the rest out.
    return max(cell.text.split(), key=len, default="")[: 22 if cell.is_mono else 28]


def _wanted(cells: list[Cell]) -> float:
    lengths = sorted(min(len(cell.text), LONGEST_WANTED) for cell in cells)
    return LETTER * lengths[math.ceil(0.8 * (len(lengths) - 1))] + PADDING if lengths else 0.0
