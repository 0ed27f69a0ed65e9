"""The steps of a model as plain values; what a model's process tells is bounded and cleaned here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self  # Any: JSON from elsewhere, checked field by field

DEEPEST = 8
MOST_STEPS = 300
MOST_INSIDE = 200
MOST_PARAMETERS = 120
MOST_COLUMNS = 1000
LONGEST = 300
# Weights of a dozen columns with their names are one text.
LONGEST_LEARNED = 600
MOST_COPIES = 10**9

# Where an object lies in memory says nothing about the model, and differs each time it is read.
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


class Role(StrEnum):
    """What a step is to the step it stands in."""

    STEP = "step"
    """One after the other."""
    BRANCH = "branch"
    """Beside the others, on its own columns."""
    MEMBER = "member"
    """One of the models that are asked together."""
    FINAL = "final"
    """Answers from what the members say."""
    INNER = "inner"
    """What the step is wrapped around."""
    TARGET = "target"
    """Changes what is predicted, and is undone afterwards."""
    INPUT = "input"
    """What the model takes: its columns, and in `copies` how many they are where they have no names."""
    ANSWER = "answer"
    """The classes that the model may answer, in `columns`."""


@dataclass(frozen=True)
class Step:
    """One part of a model: its class, its parameters, what it learned, and the parts inside it."""

    name: str
    class_name: str
    parameters: dict[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    steps: tuple["Step", ...] = ()
    role: Role = Role.STEP
    chosen: tuple[str, ...] | None = None
    """The parameters that differ from the class's defaults; None where nobody could tell."""
    learned: dict[str, str] = field(default_factory=dict)
    copies: int = 0
    """How many fitted copies the parts inside stand for; 0 where it is one."""

    @property
    def short_class(self) -> str:
        """The class without its module."""
        return self.class_name.rpartition(".")[2]

    def inside(self, *roles: Role) -> list["Step"]:
        """The parts that play one of these roles."""
        return [step for step in self.steps if step.role in roles]

    def walk(self) -> Iterator["Step"]:
        """The step and everything inside it, from the outside in."""
        yield self
        for step in self.steps:
            yield from step.walk()

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return {
            "name": self.name,
            "class": self.class_name,
            "role": str(self.role),
            "parameters": self.parameters,
            "chosen": None if self.chosen is None else list(self.chosen),
            "columns": list(self.columns),
            "learned": self.learned,
            "copies": self.copies,
            "steps": [step.as_json() for step in self.steps],
        }


@dataclass(frozen=True)
class Outline:
    """A model's steps between the columns it takes and the classes it may answer."""

    steps: tuple[Step, ...]
    inputs: tuple[str, ...] = ()
    input_count: int | None = None
    classes: tuple[str, ...] = ()

    @classmethod
    def from_description(cls, told: dict[str, Any]) -> Self:
        """The outline in a description that somebody who is not trusted gave."""
        count = told.get("input_count")
        return cls(
            steps=read_steps(told.get("steps")),
            inputs=texts(told.get("inputs")),
            input_count=count if type(count) is int and 0 <= count < MOST_COPIES else None,
            classes=texts(told.get("classes")),
        )

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """The outline that was stored as a list of steps."""
        # What it takes and what it answers stand in the same list.
        steps = read_steps(stored, most=MOST_STEPS + 2)
        taken = next((step for step in steps if step.role is Role.INPUT), None)
        answer = next((step for step in steps if step.role is Role.ANSWER), None)
        return cls(
            steps=tuple(step for step in steps if step.role not in (Role.INPUT, Role.ANSWER)),
            inputs=taken.columns if taken else (),
            input_count=taken.copies or None if taken else None,
            classes=answer.columns if answer else (),
        )

    def as_json(self) -> list[dict[str, Any]]:
        """Plain values for storage: what it takes, its steps, and what it may answer."""
        taken = Step("input", "", columns=self.inputs, role=Role.INPUT, copies=self.input_count or len(self.inputs))
        answer = Step("answer", "", columns=self.classes, role=Role.ANSWER)
        return [
            *([taken.as_json()] if taken.copies else []),
            *(step.as_json() for step in self.steps),
            *([answer.as_json()] if self.classes else []),
        ]

    @property
    def count(self) -> int:
        """How many parts it has in all."""
        return sum(1 for step in self.steps for _ in step.walk())


class _Budget:
    """How many steps may still be read, wherever they stand."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self) -> bool:
        """Claim one more step, while there is one."""
        self.left -= 1
        return self.left >= 0


def read_steps(told: object, *, most: int = MOST_STEPS) -> tuple[Step, ...]:
    """The steps in a JSON value, as far as they have the right shape and stay within bounds."""
    return _steps(told, 0, _Budget(most))


def texts(told: object) -> tuple[str, ...]:
    """A list of short texts."""
    return tuple(map(text, told[:MOST_COLUMNS])) if isinstance(told, list) else ()


def text(told: object, *, most: int = LONGEST) -> str:
    """Short text without control characters: a model may have written it; what was cut ends in three dots."""
    plain = "".join(letter for letter in str(told)[: 2 * most] if letter.isprintable())
    plain = _ADDRESS.sub("", plain)
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _steps(told: object, depth: int, budget: _Budget) -> tuple[Step, ...]:
    if not isinstance(told, list) or depth > DEEPEST:
        return ()
    return tuple(_step(one, depth, budget) for one in told[:MOST_INSIDE] if isinstance(one, dict) and budget.take())


def _step(told: dict[str, Any], depth: int, budget: _Budget) -> Step:
    role, copies, chosen = told.get("role"), told.get("copies"), told.get("chosen")
    return Step(
        name=text(told.get("name", "")),
        class_name=text(told.get("class", "")),
        parameters=_mapping(told.get("parameters")),
        columns=texts(told.get("columns")),
        steps=_steps(told.get("steps"), depth + 1, budget),
        role=Role(role) if role in list(Role) else Role.STEP,
        chosen=texts(chosen)[:MOST_PARAMETERS] if isinstance(chosen, list) else None,
        learned=_mapping(told.get("learned"), most=LONGEST_LEARNED),
        copies=copies if type(copies) is int and 0 <= copies < MOST_COPIES else 0,
    )


def _mapping(told: object, *, most: int = LONGEST) -> dict[str, str]:
    if not isinstance(told, dict):
        return {}
    return {text(key): text(value, most=most) for key, value in list(told.items())[:MOST_PARAMETERS]}
