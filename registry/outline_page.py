"""What pages show of a model's steps: lines, a drawing in two widths, every parameter, and the example."""

import json
from dataclasses import dataclass
from typing import Any

from registry.models import ModelOutline
from registry.outlining import text
from registry.outlining.diagram import NARROW, WIDE, Diagram, draw
from registry.outlining.steps import Outline, Step
from registry.outlining.text import Numbered

DEEPEST_SHOWN = 6


@dataclass(frozen=True)
class ShownStep:
    """One step with all its parameters, those that were set apart from the others."""

    path: str
    class_name: str
    chosen: list[tuple[str, str]]
    others: list[tuple[str, str]]
    learned: list[tuple[str, str]]


@dataclass(frozen=True)
class Shown:
    """An outline as a page shows it."""

    lines: list[Numbered]
    steps: list[ShownStep]
    wide: Diagram
    narrow: Diagram


@dataclass(frozen=True)
class Example:
    """Rows and where they come from."""

    text: str
    origin: str


def lines_of(outline: ModelOutline) -> list[Numbered]:
    """The numbered lines of stored steps."""
    return [*text.lines(Outline.from_json(outline.steps))][: text.MOST_LINES] if outline.steps else []


def present(outline: ModelOutline) -> Shown | None:
    """Everything a page shows of stored steps; None where there are none."""
    if not outline.steps:
        return None
    read = Outline.from_json(outline.steps)
    steps = [shown for step in read.steps for shown in _flat(step, "")]
    return Shown(lines_of(outline), steps, draw(read, width=WIDE), draw(read, width=NARROW))


def example_of(stored: Any) -> Example | None:
    """The rows of a stored example, one below the other."""
    if not isinstance(stored, dict) or not isinstance(stored.get("rows"), list):
        return None
    rows = "\n".join(json.dumps(row, ensure_ascii=False) for row in stored["rows"])
    return Example(rows, str(stored.get("origin", "")))


def _flat(step: Step, above: str) -> list[ShownStep]:
    path = f"{above} › {step.name}" if above else step.name
    chosen = list(step.parameters) if step.chosen is None else [key for key in step.chosen if key in step.parameters]
    shown = ShownStep(
        path,
        step.class_name,
        [(key, step.parameters[key]) for key in chosen],
        [(key, value) for key, value in step.parameters.items() if key not in chosen],
        list(step.learned.items()),
    )
    return [shown, *(inner for one in step.steps for inner in _flat(one, path))]
