"""Reads an ONNX model's operators, inputs and versions, for the pseudocode in documents."""

import platform
from collections.abc import Iterator
from typing import Any  # onnxruntime comes without types

import onnxruntime

_MOST_STEPS = 200
_GRAPH, _NODE, _NODE_NAME, _OPERATOR = 7, 1, 3, 4


def description(session: Any, content: bytes) -> dict[str, Any]:
    """Return what the model is made of: its operators in order, inputs, producer and versions."""
    meta = session.get_modelmeta()
    inputs = session.get_inputs()
    return {
        "library": "ONNX",
        "steps": _steps(memoryview(content)),
        "inputs": [one.name[:200] for one in inputs[:1000]],
        "input_count": len(inputs),
        "classes": [],
        "python_version": platform.python_version(),
        "library_version": onnxruntime.__version__,
        "trained_with": [meta.producer_name[:200]] if meta.producer_name else [],
    }


def _steps(content: memoryview) -> list[dict[str, Any]]:
    """Return the graph's operators in the order they are computed."""
    graphs = (value for field, value in _fields(content) if field == _GRAPH)
    nodes = (value for graph in graphs for field, value in _fields(graph) if field == _NODE)
    steps = []
    for node in nodes:
        texts = {field: str(value[:200], "utf-8", "replace") for field, value in _fields(node) if field in {3, 4}}
        name, operator = texts.get(_NODE_NAME, ""), texts.get(_OPERATOR, "")
        steps.append(
            {"name": name, "class": operator, "parameters": {}, "columns": [], "steps": [], "chosen": [], "learned": {}}
        )
        if len(steps) == _MOST_STEPS:
            break
    return steps


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the number and bytes of each length-delimited protobuf field; onnxruntime has checked the file before."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        wire = tag & 7
        if wire == 2:
            length, at = _varint(message, at)
            yield tag >> 3, message[at : at + length]
            at += length
        elif wire == 0:
            _, at = _varint(message, at)
        else:
            at += 8 if wire == 1 else 4


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return the number at this place and the place after it."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
