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
    """One line and the lines below it."""

    text: str
    below: list["Line"] = field(default_factory=list)


def write(outline: Outline) -> str:
    """The way from the input to the answer, one step a line, numbered as far in as the steps are nested."""
    lines = [f"{INDENT * number.rstrip('.').count('.')}{number} {line}" for number, line in _numbered(_all(outline))]
    if len(lines) > MOST_LINES:
        left = len(lines) - MOST_LINES
        lines = [*lines[:MOST_LINES], f"… and {left:,} more lines; the list of parameters names every step."]
    return "\n".join(lines)


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
    lines: list[Line] = []
    for step in steps:
        inside = step.inside(Role.STEP)
        if inside and len(inside) == len(step.steps):
            lines += _flow(inside)
        else:
            lines.append(_line(step))
    return lines


def _line(step: Step) -> Line:
    """A step with whatever stands inside it."""
    lead = "" if step.copies < 2 or not step.steps else f" ({step.copies:,} copies)"
    said = f"{sentence(step)}{lead}{_called(step)}"
    below = _below(step)
    rest = " ".join(filter(None, [parameters_of(step), learned_of(step)]))
    return Line(f"{said}{':' if below and not rest else '.'}{f' {rest}' if rest else ''}", below)


def _below(step: Step) -> list[Line]:
    lines = [_branch(branch, step) for branch in step.inside(Role.BRANCH)]
    lines += [_named(member, "Ask", step.steps) for member in step.inside(Role.MEMBER)]
    if final := step.inside(Role.FINAL):
        lines += [_named(one, "Give their answers to", final) for one in final]
    for target in step.inside(Role.TARGET):
        changed = _line(target)
        changed.text = f"Before training, the target is changed: {changed.text[:1].lower()}{changed.text[1:]}"
        lines.append(changed)
    return lines + _flow(step.inside(Role.INNER, Role.STEP))


def _branch(branch: Step, parent: Step) -> Line:
    split = parent.short_class == COLUMNS
    where = f"For {columns_of(branch.columns)}" if split else f"In the part {branch.name}"
    if branch.short_class == KEPT:
        return Line(f"Keep {columns_of(branch.columns)} as they are." if split else f"{where}: pass everything on.")
    if branch.short_class == LEFT_OUT:
        return Line(f"Leave out {columns_of(branch.columns)}." if split else f"{where}: leave everything out.")
    inside = _flow([branch])
    if len(inside) == 1:
        only = inside[0]
        return Line(f"{where}: {only.text[:1].lower()}{only.text[1:]}", only.below)
    return Line(f"{where}:", inside)


def _named(step: Step, verb: str, beside: Sequence[Step]) -> Line:
    """One model among several, by its name."""
    name = f"{verb} {step.name}" if step.name and len(beside) > 1 else f"{verb} the model"
    inside = _flow([step])
    if len(inside) == 1:
        only = inside[0]
        return Line(f"{name}: {only.text[:1].lower()}{only.text[1:]}", only.below)
    return Line(f"{name}:", inside)


def _called(step: Step) -> str:
    """The class in brackets, unless the sentence names it already."""
    short = step.short_class
    if not short or short in sentence(step):
        return ""
    return f" ({short})"


def _numbered(lines: Sequence[Line], before: str = "") -> Iterator[tuple[str, str]]:
    for place, line in enumerate(lines, 1):
        number = f"{before}{place}"
        yield (number if before else f"{number}."), line.text
        yield from _numbered(line.below, f"{number}.")
