"""The child's story: confine yourself, say that you are ready, read one request, answer it, end."""

import importlib
import os
import sys
from typing import Any

from evaluation.sandbox.child import wire
from evaluation.sandbox.child.answers import Answer, Refusal
from evaluation.sandbox.child.confinement import close_everything, close_files, from_argument

# Each module knows one family of models; importing it is the slow part of starting.
_FAMILIES = {
    "skops": "evaluation.sandbox.child.skops_model",
    "sklearn": "evaluation.sandbox.child.sklearn_model",
    "onnx": "evaluation.sandbox.child.onnx_model",
    "script": "evaluation.sandbox.child.script",
}


def main(fields: dict[str, Any]) -> None:
    """Serve exactly one request and leave without cleaning up, which would cost half a second."""
    # Answers go through a descriptor of their own, so that whatever a model prints lands among the errors.
    answers = os.dup(1)
    os.dup2(2, 1)
    try:
        family = _prepare(fields)
    except BaseException as reason:
        _send(answers, Answer({"status": "broken", "reason": f"{type(reason).__name__}: {reason}"[:500]}))
        os._exit(1)
    _send(answers, Answer({"status": "ready"}))
    header = wire.read_header(0)
    model = wire.read_exactly(0, header["model_bytes"])
    features = wire.read_exactly(0, header["feature_bytes"])
    os.close(0)
    _send(answers, _answer(family, header, model, features))
    os._exit(0)


def _prepare(fields: dict[str, Any]) -> Any:
    """Confine the process and return the module for the family of models asked for."""
    orders = from_argument(fields)
    close_files(orders)
    sys.path.remove(orders.root)
    family = importlib.import_module(_FAMILIES[orders.imports])
    close_everything(orders)
    return family


def _answer(family: Any, header: wire.Header, model: bytearray, features: bytearray) -> Answer:
    """Return the answer, or the refusal that whatever went wrong amounts to."""
    try:
        return family.handle(header, model, features)
    except Refusal as refusal:
        return Answer(refusal.header())
    except MemoryError:
        return Answer(Refusal("out_of_memory").header())
    except PermissionError as reason:
        return Answer(Refusal("forbidden", reason=str(reason)).header())
    except BaseException as reason:  # a model may raise anything, an exit included
        return Answer(Refusal("failed", reason=f"{type(reason).__name__}: {reason}").header())


def _send(descriptor: int, answer: Answer) -> None:
    """Write one message."""
    wire.write(descriptor, wire.frame(answer.header | {"body": len(answer.body)}), answer.body)
