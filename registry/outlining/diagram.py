"""Boxes as an SVG: nested boxes for what stands inside a step, parallel branches side by side where there is room.

Marks carry the light palette's colours as attributes; the style sheet recolours the same attributes for dark pages.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

from registry.outlining.boxes import Box, arrange
from registry.outlining.steps import Outline

WIDE, NARROW = 720, 330
# The light palette of drawing.vega, which a web process does without: importing it would load what draws charts.
INK, MUTED, C1 = "#1c2430", "#566172", "#2f5bd7"
PADDING, GAP, ARROW, LINE, EDGE = 10, 10, 20, 16, 1
LEAST = 142
TITLE_SIZE, DETAIL_SIZE = 13, 12
# The font's letters are this wide on average, generously: text must not leave its box.
TITLE_LETTER, DETAIL_LETTER = 7.6, 6.7
TITLE_LINES, DETAIL_LINES = 2, 2
FONT = "Inter, system-ui, sans-serif"


@dataclass(frozen=True)
class Diagram:
    """A drawing and the sentence that replaces it for those who do not see it."""

    svg: str
    alt: str


@dataclass(frozen=True)
class _Placed:
    """A box with its place; its parts are placed already."""

    box: Box
    x: float
    y: float
    width: float
    height: float
    title: tuple[str, ...]
    details: tuple[str, ...]
    parts: tuple["_Placed", ...]


def draw(outline: Outline, *, width: int = WIDE) -> Diagram:
    """The steps from top to bottom, at most so many pixels wide; the same outline gives the same bytes."""
    whole = arrange(outline)
    placed = _down(whole.parts, EDGE, EDGE, width - 2 * EDGE)
    height = (placed[-1].y + placed[-1].height if placed else LINE) + EDGE
    alt = describe(outline)
    marks = "".join([*_arrows(placed), *(mark for one in placed for mark in _marks(one))])
    return Diagram(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_n(height)}" '
        f'viewBox="0 0 {width} {_n(height)}" role="img" aria-label={quoteattr(alt)} font-family="{FONT}">{marks}</svg>',
        alt,
    )


def describe(outline: Outline) -> str:
    """What the drawing shows, in a sentence."""
    whole = arrange(outline)
    named = [part.title for part in whole.parts]
    if not named:
        return "No steps are known."
    shown = ", then ".join(named[:8]) + (f", and {len(named) - 8} more" if len(named) > 8 else "")
    return f"Boxes from top to bottom: {shown}. The same steps stand as numbered text."


def _place(box: Box, x: float, y: float, width: float, stretched: float = 0) -> _Placed:
    title = _wrapped(box.title, width - 2 * PADDING, TITLE_LETTER, TITLE_LINES)
    details = tuple(
        line for one in box.details for line in _wrapped(one, width - 2 * PADDING, DETAIL_LETTER, DETAIL_LINES)
    )
    head = 2 * PADDING + LINE * (len(title) + len(details)) - 2
    inside, left = width - 2 * PADDING, x + PADDING
    height: float
    if not box.parts:
        parts: tuple[_Placed, ...] = ()
        height = head
    elif box.beside:
        parts = _across(box.parts, left, y + head, inside)
        height = max(one.y + one.height for one in parts) - y + PADDING
    else:
        parts = _down(box.parts, left, y + head, inside)
        height = parts[-1].y + parts[-1].height - y + PADDING
    return _Placed(box, x, y, width, max(height, stretched), title, details, parts)


def _down(boxes: tuple[Box, ...], x: float, y: float, width: float) -> tuple[_Placed, ...]:
    placed = []
    for box in boxes:
        one = _place(box, x, y, width)
        placed.append(one)
        y = one.y + one.height + ARROW
    return tuple(placed)


def _across(boxes: tuple[Box, ...], x: float, y: float, width: float) -> tuple[_Placed, ...]:
    """Side by side in as many rows as it takes; boxes of one row are equally high."""
    room = max(1, int((width + GAP) // (LEAST + GAP)))
    columns = min(len(boxes), room)
    rows = -(-len(boxes) // columns)
    columns = -(-len(boxes) // rows)
    each = (width - GAP * (columns - 1)) / columns
    placed: list[_Placed] = []
    for start in range(0, len(boxes), columns):
        row = boxes[start : start + columns]
        lefts = [x + place * (each + GAP) for place in range(len(row))]
        tallest = max(_place(box, left, y, each).height for box, left in zip(row, lefts, strict=True))
        placed += [_place(box, left, y, each, tallest) for box, left in zip(row, lefts, strict=True)]
        y += tallest + GAP
    return tuple(placed)


def _marks(one: _Placed) -> Iterator[str]:
    edge = C1 if one.box.is_end else MUTED if one.parts else INK
    dash = ' stroke-dasharray="4 3"' if one.parts and one.box.beside else ""
    yield (
        f'<rect x="{_n(one.x)}" y="{_n(one.y)}" width="{_n(one.width)}" height="{_n(one.height)}" rx="6" '
        f'fill="none" stroke="{edge}" stroke-width="{"1.5" if not one.parts else "1"}"{dash}/>'
    )
    y = one.y + PADDING + LINE - 5
    for line in one.title:
        yield _text(line, (one.x + PADDING, y), f'fill="{INK}" font-size="{TITLE_SIZE}" font-weight="600"')
        y += LINE
    for line in one.details:
        yield _text(line, (one.x + PADDING, y), f'fill="{MUTED}" font-size="{DETAIL_SIZE}"')
        y += LINE
    if not one.box.beside:
        yield from _arrows(one.parts)
    for part in one.parts:
        yield from _marks(part)


def _arrows(placed: tuple[_Placed, ...]) -> Iterator[str]:
    for above, below in pairwise(placed):
        x, top, tip = above.x + above.width / 2, above.y + above.height, below.y
        yield (
            f'<path d="M{_n(x)} {_n(top + 1)}V{_n(tip - 6)}" fill="none" stroke="{MUTED}" stroke-width="1.5"/>'
            f'<path d="M{_n(x - 4)} {_n(tip - 7)}L{_n(x + 4)} {_n(tip - 7)}L{_n(x)} {_n(tip - 1)}Z" fill="{MUTED}"/>'
        )


def _text(line: str, at: tuple[float, float], look: str) -> str:
    return f'<text x="{_n(at[0])}" y="{_n(at[1])}" {look}>{escape(line)}</text>'


def _wrapped(words: str, width: float, letter: float, most: int) -> tuple[str, ...]:
    """Text in lines that fit; what does not fit ends in an ellipsis."""
    fits = max(4, int(width / letter))
    lines = wrap(words, fits, break_long_words=True, break_on_hyphens=False)
    if len(lines) <= most:
        return tuple(lines)
    return (*lines[: most - 1], f"{lines[most - 1][: fits - 1].rstrip()}…")


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
