"""A model's steps as numbered lines in plain words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from registry.outlining.steps import Outline, Role, Step
from registry.outlining.words import columns_of, learned_of, parameters_of, sentence

MOST_LINES = 400
INDENT = "   "
COLUMNS = "ColumnTransformer"
KEPT, LEFT_OUT = "passthrough", "drop"


@dataclass
class Line:
    """One line, what is set and learned at that step, and the lines below it."""

    text: str
    notes: tuple[str, ...] = ()
    below: list["Line"] = field(default_factory=list)


@dataclass(frozen=True)
class Numbered:
    """A line with its number and how far in it stands."""

    number: str
    depth: int
    text: str
    notes: tuple[str, ...]


def lines(outline: Outline) -> list[Numbered]:
    """The way from the input to the answer, one step a line, numbered as the steps are nested."""
    return list(_numbered(_all(outline)))


def write(outline: Outline) -> str:
    """The same lines as text."""
    written = [
        f"{INDENT * line.depth}{line.number} {' '.join([line.text, *line.notes])}" for line in lines(outline)
    ]  # fmt: skip
    if len(written) > MOST_LINES:
        left = len(written) - MOST_LINES
        written = [*written[:MOST_LINES], f"… and {left:,} more lines; the table of parameters names every step."]
    return "\n".join(written)


def _all(outline: Outline) -> list[Line]:
    first = _taking(outline)
    last = _answering(outline.classes)
    return [*([first] if first else []), *_flow(outline.steps), *([last] if last else [])]


def _taking(outline: Outline) -> Line | None:
    if outline.inputs:
        return Line(f"Take {columns_of(outline.inputs)}.")
    if outline.input_count:
        plural = "s" if outline.input_count != 1 else ""
        return Line(f"Take {outline.input_count:,} column{plural} in the order of training; their names are not kept.")
    return None


def _answering(classes: Sequence[str]) -> Line | None:
    if not classes:
        return None
    if len(classes) <= 12:
        return Line(f"Answer one of these classes: {', '.join(classes)}.")
    return Line(f"Answer one of {len(classes):,} classes: {', '.join(classes[:6])}, … {classes[-1]}.")


def _flow(steps: Sequence[Step]) -> list[Line]:
    """Steps one after the other; a pipeline at this place is its steps."""
    flow: list[Line] = []
    for step in steps:
        inside = step.inside(Role.STEP)
        if inside and len(inside) == len(step.steps):
            flow += _flow(inside)
        else:
            flow.append(_line(step))
    return flow


def _line(step: Step) -> Line:
    """A step with whatever stands inside it."""
    lead = "" if step.copies < 2 or not step.steps else f" ({step.copies:,} copies)"
    said = f"{sentence(step)}{lead}{_called(step)}"
    below, notes = _below(step), (*parameters_of(step), *learned_of(step))
    return Line(f"{said}{':' if below and not notes else '.'}", notes, below)


def _below(step: Step) -> list[Line]:
    below = [_branch(branch, step) for branch in step.inside(Role.BRANCH)]
    below += [_named(member, "Ask", step.steps) for member in step.inside(Role.MEMBER)]
    if final := step.inside(Role.FINAL):
        below += [_named(one, "Give their answers to", final) for one in final]
    for target in step.inside(Role.TARGET):
        changed = _line(target)
        changed.text = f"Before training, the target is changed: {_lower(changed.text)}"
        below.append(changed)
    return below + _flow(step.inside(Role.INNER, Role.STEP))


def _branch(branch: Step, parent: Step) -> Line:
    split = parent.short_class == COLUMNS
    where = f"For {columns_of(branch.columns)}" if split else f"In the part {branch.name}"
    if branch.short_class == KEPT:
        kept = "it is" if len(branch.columns) == 1 else "they are"
        return Line(f"Keep {columns_of(branch.columns)} as {kept}." if split else f"{where}: pass everything on.")
    if branch.short_class == LEFT_OUT:
        return Line(f"Leave out {columns_of(branch.columns)}." if split else f"{where}: leave everything out.")
    inside = _flow([branch])
    if len(inside) == 1:
        only = inside[0]
        return Line(f"{where}: {_lower(only.text)}", only.notes, only.below)
    return Line(f"{where}:", (), inside)


def _named(step: Step, verb: str, beside: Sequence[Step]) -> Line:
    """One model among several, by its name."""
    name = f"{verb} {step.name}" if step.name and len(beside) > 1 else f"{verb} the model"
    inside = _flow([step])
    if len(inside) == 1:
        only = inside[0]
        return Line(f"{name}: {_lower(only.text)}", only.notes, only.below)
    return Line(f"{name}:", (), inside)


def _called(step: Step) -> str:
    """The class in brackets, unless the sentence names it already."""
    short = step.short_class
    if not short or short in sentence(step):
        return ""
    return f" ({short})"


def _lower(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}"


def _numbered(below: Sequence[Line], before: str = "", depth: int = 0) -> Iterator[Numbered]:
    for place, line in enumerate(below, 1):
        number = f"{before}{place}"
        yield Numbered(number if before else f"{number}.", depth, line.text, line.notes)
        yield from _numbered(line.below, f"{number}.", depth + 1)
