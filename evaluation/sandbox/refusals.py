"""Turns the child's refusals into sentences for people."""

from collections.abc import Callable
from typing import Any  # facts come from the child as JSON; every use makes them text

from evaluation.sandbox.child.wire import Header
from evaluation.sandbox.errors import (
    ModelFailed,
    ModelForbidden,
    ModelMismatch,
    ModelUnreadable,
    SandboxError,
    SandboxOutOfMemory,
    SandboxRefused,
)

_NAMED = 8
_LONGEST = 300

Facts = dict[str, Any]


def error(header: Header) -> SandboxError:
    """Return the error that a refusal stands for."""
    facts = header.get("facts")
    sentence = _SENTENCES.get(str(header.get("code")), _failed)
    return sentence(facts if isinstance(facts, dict) else {})


def _wrong_columns(facts: Facts) -> SandboxError:
    extra = f" and has the extra {_names(facts, 'extra')}" if facts.get("extra") else ""
    return ModelMismatch(
        f"The model expects the columns {_names(facts, 'expected')}; the snapshot lacks "
        f"{_names(facts, 'lacking')}{extra}. Choose a snapshot with the model's columns, or rename the columns."
    )


def _wrong_count(facts: Facts) -> SandboxError:
    return ModelMismatch(
        f"The model expects {_text(facts, 'expected')} columns and does not say which; the snapshot gives "
        f"{_text(facts, 'found')}. Choose a snapshot with the columns the model was trained on, in the same order."
    )


def _wrong_type(facts: Facts) -> SandboxError:
    return ModelMismatch(
        f"The model expects the column {_text(facts, 'column')} as {_text(facts, 'wanted')}; "
        "the snapshot's values cannot be read that way."
    )


def _wrong_task(facts: Facts) -> SandboxError:
    return ModelMismatch(
        f"The model predicts {_text(facts, 'gives')}, but the evaluation asks for {_text(facts, 'wanted')}. "
        "Choose the task that fits the model."
    )


def _wrong_shape(facts: Facts) -> SandboxError:
    return ModelFailed(
        f"The model's {_text(facts, 'what')} have the shape {_text(facts, 'shape')}; one per row was expected "
        f"for {_text(facts, 'rows')} rows."
    )


def _not_numbers(facts: Facts) -> SandboxError:
    return ModelMismatch(
        f"Numbers were expected from the model; it answered with values of type {_text(facts, 'type')}."
    )


def _too_many_classes(facts: Facts) -> SandboxError:
    return ModelMismatch(f"The model answered with {_text(facts, 'count')} different classes; at most 10,000 are read.")


def _refused_types(facts: Facts) -> SandboxError:
    return SandboxRefused(
        f"The skops file contains types that are not trusted here: {_names(facts, 'types')}. "
        "Save the model with scikit-learn's own parts only, or export it to ONNX."
    )


def _missing_package(facts: Facts) -> SandboxError:
    return ModelUnreadable(
        f"The model needs the Python package {_text(facts, 'package')}, which is not installed here. "
        "Export the model to ONNX, or evaluate it from a file of its predictions."
    )


def _unreadable(facts: Facts) -> SandboxError:
    return ModelUnreadable(
        f"The model file could not be loaded ({_text(facts, 'reason')}). It may be cut off, damaged, or saved by "
        "another version of its library; save it again and upload the new file."
    )


def _not_a_model(facts: Facts) -> SandboxError:
    return ModelUnreadable(
        f"The file holds an object of type {_text(facts, 'type')}, which cannot predict. Save the fitted model itself."
    )


def _out_of_memory(facts: Facts) -> SandboxError:
    return SandboxOutOfMemory(
        "The model ran out of the memory it may have. Evaluate on fewer rows, or raise the limit."
    )


def _forbidden(facts: Facts) -> SandboxError:
    return ModelForbidden(
        f"The model tried to do something that the sandbox forbids, such as opening a file, a connection or a program "
        f"({_text(facts, 'reason')}). It was stopped; a model that only predicts needs none of these."
    )


def _failed(facts: Facts) -> SandboxError:
    return ModelFailed(
        f"The model broke off with an error ({_text(facts, 'reason')}). Check that the snapshot holds the kinds of "
        "values it was trained on."
    )


_SENTENCES: dict[str, Callable[[Facts], SandboxError]] = {
    "wrong_columns": _wrong_columns,
    "wrong_count": _wrong_count,
    "wrong_type": _wrong_type,
    "wrong_task": _wrong_task,
    "wrong_shape": _wrong_shape,
    "not_numbers": _not_numbers,
    "too_many_classes": _too_many_classes,
    "refused_types": _refused_types,
    "missing_package": _missing_package,
    "unreadable": _unreadable,
    "not_a_model": _not_a_model,
    "out_of_memory": _out_of_memory,
    "forbidden": _forbidden,
    "failed": _failed,
}


def _names(facts: Facts, key: str) -> str:
    """Return the first names of a list, and how many more there are."""
    names = facts.get(key)
    if not isinstance(names, list) or not names:
        return "none"
    shown = ", ".join(_plain(name) for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def _text(facts: Facts, key: str) -> str:
    """Return one fact as text."""
    return _plain(facts.get(key, "unknown"))


def _plain(value: object) -> str:
    """Return short text without control characters: the model may have written it."""
    return "".join(letter for letter in str(value)[:_LONGEST] if letter.isprintable())
