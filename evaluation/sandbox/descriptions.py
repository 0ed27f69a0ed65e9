"""What a model is made of, as it was read from its file inside the sandbox."""

from dataclasses import dataclass, field
from typing import Any  # JSON from the child, checked field by field

from evaluation.sandbox.child.wire import Header
from evaluation.sandbox.errors import ModelFailed
from evaluation.sandbox.walls import Tier
from registry.formats import ArtifactFormat

_DEEPEST = 8
_LONGEST = 300


@dataclass(frozen=True)
class Step:
    """One part of a model with its parameters and the parts inside it."""

    name: str
    class_name: str
    parameters: dict[str, str]
    columns: tuple[str, ...] = ()
    steps: tuple["Step", ...] = field(default=())


@dataclass(frozen=True)
class Description:
    """A model's parts, columns, classes and versions."""

    library: str
    steps: tuple[Step, ...]
    inputs: tuple[str, ...]
    input_count: int | None
    classes: tuple[str, ...]
    python_version: str
    library_version: str
    """What read the model here."""
    trained_with: tuple[str, ...]
    """The library version, or for ONNX the program, that saved the model."""
    format: ArtifactFormat
    tier: Tier

    @classmethod
    def from_header(cls, header: Header, *, found: ArtifactFormat, tier: Tier) -> "Description":
        """Return the description in a reply, or raise ModelFailed when it is not one."""
        told = header.get("description")
        if not isinstance(told, dict):
            raise ModelFailed("The model's process did not describe the model. Nothing was kept.")
        count = told.get("input_count")
        return cls(
            library=_text(told.get("library")),
            steps=_steps(told.get("steps"), 0),
            inputs=_texts(told.get("inputs")),
            input_count=count if type(count) is int else None,
            classes=_texts(told.get("classes")),
            python_version=_text(told.get("python_version")),
            library_version=_text(told.get("library_version")),
            trained_with=_texts(told.get("trained_with")),
            format=found,
            tier=tier,
        )


def _steps(told: object, depth: int) -> tuple[Step, ...]:
    """Return the steps that have the right shape."""
    if not isinstance(told, list) or depth > _DEEPEST:
        return ()
    return tuple(_step(one, depth) for one in told[:200] if isinstance(one, dict))


def _step(told: dict[str, Any], depth: int) -> Step:
    """Return one step."""
    parameters = told.get("parameters")
    return Step(
        name=_text(told.get("name")),
        class_name=_text(told.get("class")),
        parameters={_text(key): _text(value) for key, value in parameters.items()}
        if isinstance(parameters, dict)
        else {},
        columns=_texts(told.get("columns")),
        steps=_steps(told.get("steps"), depth + 1),
    )


def _texts(told: object) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(map(_text, told[:1000])) if isinstance(told, list) else ()


def _text(told: object) -> str:
    """Return short text without control characters: the model may have written it."""
    return "".join(letter for letter in str(told)[:_LONGEST] if letter.isprintable())
