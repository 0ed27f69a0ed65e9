"""What a model is made of, as it was read from its file inside the sandbox."""

import math
from dataclasses import dataclass
from typing import Any  # JSON from the child, checked field by field

from evaluation.sandbox import refusals
from evaluation.sandbox.child.wire import Header
from evaluation.sandbox.errors import ModelFailed, ModelMismatch
from evaluation.sandbox.walls import Tier
from registry.formats import ArtifactFormat
from registry.outlining.steps import Outline, Step, text, texts

_MOST_ROWS = 5
_MOST_SCORES = 20

Answers = list[dict[str, Any]]


@dataclass(frozen=True)
class Description:
    """A model's parts, columns, classes and versions."""

    library: str
    outline: Outline
    python_version: str
    library_version: str
    """What read the model here."""
    trained_with: tuple[str, ...]
    """The library version, or for ONNX the program, that saved the model."""
    format: ArtifactFormat
    tier: Tier
    answers: Answers | None = None
    """What it answered for the example's rows: {"answer"} each, with "probabilities" by class where it tells them."""
    problem: str = ""
    """Why it did not answer for them, for people."""

    @classmethod
    def from_header(cls, header: Header, *, found: ArtifactFormat, tier: Tier) -> "Description":
        """Return the description in a reply, or raise ModelFailed when it is not one."""
        told = header.get("description")
        if not isinstance(told, dict):
            raise ModelFailed("The model's process did not describe the model. Nothing was kept.")
        answers, problem = _example(told.get("example"))
        return cls(
            library=text(told.get("library", "")),
            outline=Outline.from_description(told),
            python_version=text(told.get("python_version", "")),
            library_version=text(told.get("library_version", "")),
            trained_with=texts(told.get("trained_with")),
            format=found,
            tier=tier,
            answers=answers,
            problem=problem,
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """What the model may answer, where it tells."""
        return self.outline.classes

    @property
    def steps(self) -> tuple[Step, ...]:
        """The outermost steps."""
        return self.outline.steps


def _example(told: object) -> tuple[Answers | None, str]:
    """The answers for the example's rows, or the sentence that says why there are none."""
    if not isinstance(told, dict):
        return None, ""
    if isinstance(problem := told.get("problem"), dict):
        return None, _why_unanswered(problem)
    answers = told.get("answers")
    if not isinstance(answers, list):
        return None, ""
    return [_row(one) for one in answers[:_MOST_ROWS] if isinstance(one, dict)], ""


def _why_unanswered(refusal: dict[str, Any]) -> str:
    """Why the model did not answer for the example."""
    reason = refusals.error(refusal)
    if isinstance(reason, ModelMismatch):
        lacking = refusal.get("facts", {}).get("lacking") if isinstance(refusal.get("facts"), dict) else None
        named = f": it lacks {', '.join(texts(lacking)[:8])}" if isinstance(lacking, list) and lacking else ""
        return f"The example does not fit what the model was trained on{named}. Register the next version with one that does."
    return f"The model did not answer for the example. {reason}"


def _row(told: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"answer": _plain(told.get("answer"))}
    if isinstance(scores := told.get("probabilities"), dict):
        row["probabilities"] = {text(key): _plain(value) for key, value in list(scores.items())[:_MOST_SCORES]}
    return row


def _plain(value: object) -> object:
    """A number, a truth value, short text, or a short list of them."""
    if isinstance(value, list):
        return [_plain(one) for one in value[:_MOST_SCORES] if not isinstance(one, list)]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return text(value)
