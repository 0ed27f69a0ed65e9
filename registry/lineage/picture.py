"""Where each box and line of a lineage stands, in the picture's own units; the style sheet gives the colours."""

from dataclasses import dataclass

from registry.lineage.graph import Lineage, Node, drawn

BOX_WIDTH, BOX_HEIGHT = 148, 50
ACROSS, DOWN, HEAD = 24, 14, 30


@dataclass(frozen=True)
class Box:
    """One node with its place."""

    node: Node
    x: int
    y: int

    @property
    def name(self) -> str:
        """All of it in words."""
        return f"{self.node.label}: {self.node.detail}" if self.node.detail else self.node.label


@dataclass(frozen=True)
class Line:
    """One connection."""

    path: str
    is_missing: bool


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn."""

    width: int
    height: int
    heads: list[tuple[int, str]]
    boxes: list[Box]
    lines: list[Line]
    sentence: str


def picture_of(lineage: Lineage) -> Picture:
    """Boxes in columns, each column in the middle of the tallest, and curves between them."""
    tallest = max(len(column.nodes) for column in lineage.columns)
    height = HEAD + tallest * (BOX_HEIGHT + DOWN)
    boxes: dict[str, Box] = {}
    heads = []
    for position, column in enumerate(lineage.columns):
        x = position * (BOX_WIDTH + ACROSS)
        heads.append((x, column.title))
        top = HEAD + (tallest - len(column.nodes)) * (BOX_HEIGHT + DOWN) // 2
        for row, node in enumerate(column.nodes):
            y = top + row * (BOX_HEIGHT + DOWN)
            boxes[node.key] = Box(node, x + 1, y)
    lines = [_line(boxes[start], boxes[end]) for start, end in drawn(lineage) if start in boxes and end in boxes]
    width = len(lineage.columns) * (BOX_WIDTH + ACROSS) - ACROSS + 2
    return Picture(width, height, heads, list(boxes.values()), lines, lineage.sentence)


def _line(start: Box, end: Box) -> Line:
    x1, y1 = start.x + BOX_WIDTH, start.y + BOX_HEIGHT // 2
    x2, y2 = end.x, end.y + BOX_HEIGHT // 2
    bend = (x2 - x1) // 2
    path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    return Line(path, "missing" in (start.node.state, end.node.state))
