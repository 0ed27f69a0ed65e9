"""A model's steps as boxes within boxes: what stands in each, before anything has a place."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.outlining.steps import Outline, Role, Step
from registry.outlining.words import columns_of

MOST_BOXES = 120
SETTINGS = 4


@dataclass(frozen=True)
class Box:
    """A titled box: a step alone, or parts inside it, one below the other or side by side."""

    title: str
    details: tuple[str, ...] = ()
    parts: tuple["Box", ...] = ()
    beside: bool = False
    """Whether the parts stand side by side, and go on together."""
    is_end: bool = False
    """Whether it is the input or the answer."""


def arrange(outline: Outline) -> Box:
    """One column of boxes from the input to the answer."""
    parts = [box for step in outline.steps for box in _boxes(step)]
    first = [Box("Input", (_start(columns_of(outline.inputs)),), is_end=True)] if outline.inputs else []
    if not first and outline.input_count:
        first = [Box("Input", (f"{outline.input_count:,} columns, by position",), is_end=True)]
    last = []
    if classes := outline.classes:
        shown = ", ".join(classes[:6])
        said = shown if len(classes) <= 6 else f"{len(classes):,} classes: {shown}, …"
        last = [Box("Answer", (f"one of {said}" if len(classes) <= 6 else said,), is_end=True)]
    if len(parts) > MOST_BOXES:
        parts = [*parts[:MOST_BOXES], Box(f"{len(parts) - MOST_BOXES:,} more steps", ("They stand in the text.",))]
    return Box("", (), (*first, *parts, *last))


def _boxes(step: Step) -> list[Box]:
    """A step's boxes; a pipeline among other steps is its steps."""
    inside = step.inside(Role.STEP)
    if inside and len(inside) == len(step.steps):
        return [box for one in inside for box in _boxes(one)]
    return [_box(step)]


def _box(step: Step, *, label: str = "") -> Box:
    title = _title(step, label)
    if branches := step.inside(Role.BRANCH):
        return Box(title, _settings(step), tuple(_branch(one, step) for one in branches), beside=True)
    members, final = step.inside(Role.MEMBER), step.inside(Role.FINAL)
    if members and final:
        asked = Box("Side by side", (), tuple(_named(one, members) for one in members), beside=True)
        return Box(title, _settings(step), (asked, *(_box(one, label="Final model") for one in final)))
    if members:
        return Box(title, _settings(step), tuple(_named(one, members) for one in members), beside=len(members) > 1)
    targets = tuple(_box(one, label="Target") for one in step.inside(Role.TARGET))
    inner = tuple(box for one in step.inside(Role.INNER, Role.STEP) for box in _boxes(one))
    return Box(title, _settings(step), (*targets, *inner))


def _branch(step: Step, parent: Step) -> Box:
    split = parent.short_class == "ColumnTransformer"
    columns = (_start(columns_of(step.columns, most=5)),) if split else ()
    if step.short_class in ("passthrough", "drop"):
        return Box("Keep as it is" if step.short_class == "passthrough" else "Leave out", columns)
    parts = tuple(_boxes(step))
    if len(parts) == 1 and not parts[0].parts:
        only = parts[0]
        return Box(only.title, (*columns, *only.details))
    return Box(step.name or step.short_class, columns, parts)


def _named(step: Step, beside: Sequence[Step]) -> Box:
    parts = tuple(_boxes(step))
    if len(parts) == 1:
        only = parts[0]
        named = len(beside) > 1 and step.name
        return Box(f"{step.name}: {only.title}" if named else only.title, only.details, only.parts, only.beside)
    return Box(step.name or step.short_class, (), parts)


def _title(step: Step, label: str) -> str:
    title = step.short_class or step.name or "Step"
    title = {"passthrough": "Keep as it is", "drop": "Leave out"}.get(title, title)
    copies = f" × {step.copies:,}" if step.copies > 1 and step.steps else ""
    return f"{label}: {title}{copies}" if label else f"{title}{copies}"


def _settings(step: Step) -> tuple[str, ...]:
    """The parameters that were set, the first few."""
    keys = list(step.parameters) if step.chosen is None else [key for key in step.chosen if key in step.parameters]
    shown = [f"{key} = {step.parameters[key]}" for key in keys[:SETTINGS]]
    return (*shown, f"and {len(keys) - SETTINGS} more") if len(keys) > SETTINGS else tuple(shown)


def _start(words: str) -> str:
    return words[:1].upper() + words[1:]
