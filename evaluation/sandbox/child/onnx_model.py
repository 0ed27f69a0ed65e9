"""Runs ONNX models with onnxruntime on one thread, and reads predictions and scores from whatever outputs they have."""

from typing import Any  # onnxruntime and pyarrow come without types

import numpy as np
import onnxruntime
import pyarrow as pa
from pyarrow import ipc

from evaluation.sandbox.child.answers import Answer, Outcome, Refusal, plain_label
from evaluation.sandbox.child.encoding import encode
from evaluation.sandbox.child.examples import example
from evaluation.sandbox.child.onnx_description import description
from evaluation.sandbox.child.wire import Header

onnxruntime.disable_telemetry_events()
onnxruntime.set_default_logger_severity(4)
pa.set_cpu_count(1)

_TYPES: dict[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(int16)": np.int16,
    "tensor(int8)": np.int8,
    "tensor(uint8)": np.uint8,
    "tensor(bool)": np.bool_,
    "tensor(string)": object,
}


def handle(header: Header, model: bytearray, features: bytearray) -> Answer:
    """Answer a request to predict or to describe."""
    session = _load(bytes(model))
    if header["action"] == "describe":
        told = description(session, bytes(model))
        if features:
            rows = ipc.open_stream(features).read_all()
            told["example"] = example(lambda: _predict(session, rows, ""))
        return Answer({"status": "done", "description": told})
    table = ipc.open_stream(features).read_all()
    return encode(_predict(session, table, header["task"]), header["task"], table.num_rows)


def _predict(session: Any, table: pa.Table, task: str) -> Outcome:
    """Run the model on the rows; without a task, whatever kind of answer it gives."""
    inputs, ignored = _arrange(session, table)
    outputs = dict(zip([o.name for o in session.get_outputs()], session.run(None, inputs), strict=True))
    return _read(outputs, task or _task_of(outputs), ignored)


def _task_of(outputs: dict[str, Any]) -> str:
    arrays = [value for value in outputs.values() if isinstance(value, np.ndarray)]
    numbers_only = bool(arrays) and all(one.dtype.kind == "f" for one in arrays)
    return "regression" if numbers_only and arrays[0].size == len(arrays[0]) else "multiclass"


def _load(content: bytes) -> Any:
    """Return a session that computes on one thread and keeps no arena of memory."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except MemoryError:
        raise
    except Exception as reason:
        raise Refusal("unreadable", reason=f"{type(reason).__name__}: {reason}") from reason


def _arrange(session: Any, table: pa.Table) -> tuple[dict[str, Any], list[str]]:
    """Return what to feed: all columns in order into a single wide input, or one column per input by name."""
    inputs = session.get_inputs()
    single = inputs[0] if len(inputs) == 1 else None
    if single is not None and not (single.name in table.column_names and _width(single) in {1, None}):
        return {single.name: _matrix(single, table)}, []
    wanted = [one.name for one in inputs]
    lacking = [name for name in wanted if name not in set(table.column_names)]
    ignored = [name for name in table.column_names if name not in set(wanted)]
    if lacking:
        raise Refusal("wrong_columns", expected=wanted, lacking=lacking, extra=ignored)
    return {one.name: _column(table, one.name, one.type).reshape(table.num_rows, -1) for one in inputs}, ignored


def _matrix(single: Any, table: pa.Table) -> Any:
    """Return all columns, in the order they came, as the one tensor the model takes."""
    width = _width(single)
    if width is not None and width != table.num_columns:
        raise Refusal("wrong_count", expected=width, found=table.num_columns)
    columns = [_column(table, name, single.type) for name in table.column_names]
    return np.column_stack(columns) if columns else np.empty((table.num_rows, 0), dtype=np.float32)


def _width(one: Any) -> int | None:
    """Return how many columns the input takes, where the model fixes it."""
    last = one.shape[-1] if len(one.shape) > 1 else None
    return last if isinstance(last, int) else None


def _column(table: pa.Table, name: str, wanted: str) -> Any:
    """Return one column in the type the model asks for."""
    kind = _TYPES.get(wanted)
    if kind is None:
        raise Refusal("wrong_type", column=name, wanted=wanted)
    column = table.column(name)
    if kind is object:
        texts = ["" if value is None else str(value) for value in column.to_pylist()]
        return np.asarray(texts, dtype=object)
    try:
        return column.to_numpy().astype(kind)
    except (TypeError, ValueError) as reason:
        raise Refusal("wrong_type", column=name, wanted=wanted.removeprefix("tensor(").rstrip(")")) from reason


def _read(outputs: dict[str, Any], task: str, ignored: list[str]) -> Outcome:
    """Return predictions and scores from the outputs; converters name and order them differently."""
    arrays = [value for value in outputs.values() if isinstance(value, np.ndarray)]
    if task == "regression":
        if not arrays or arrays[0].dtype.kind not in "fiu":
            raise Refusal("wrong_task", gives="classes", wanted="numbers")
        return Outcome(arrays[0], ignored=ignored)
    labels = next((one for one in arrays if one.dtype.kind in "iuOUSb" and one.squeeze().ndim <= 1), None)
    mapped = next((value for value in outputs.values() if isinstance(value, list) and value), None)
    if mapped is not None and labels is not None and isinstance(mapped[0], dict):
        classes = list(mapped[0])
        scores = np.asarray([[row.get(label, np.nan) for label in classes] for row in mapped])
        return Outcome(labels, classes, scores, _score_kind(scores), ignored)
    numbers: Any = next((one for one in arrays if one.dtype.kind == "f"), None)
    if labels is None:
        return _from_scores(numbers, ignored)
    if numbers is None:
        return Outcome(labels, ignored=ignored)
    return _with_labels(labels.reshape(-1), numbers.reshape(len(labels), -1), ignored)


def _from_scores(scores: Any, ignored: list[str]) -> Outcome:
    """Return classes numbered by score column, for networks that give scores only."""
    if scores is None:
        raise Refusal("wrong_task", gives="something else", wanted="classes")
    table = scores.reshape(len(scores), -1)
    if table.shape[1] == 1:
        if _score_kind(np.column_stack([1 - table, table])) != "probability":
            raise Refusal("wrong_task", gives="numbers", wanted="classes")
        table = np.column_stack([1 - table, table])
    return Outcome(table.argmax(axis=1), list(range(table.shape[1])), table, _score_kind(table), ignored)


def _with_labels(labels: Any, scores: Any, ignored: list[str]) -> Outcome:
    """Return predictions with scores, once it is clear which score column belongs to which class."""
    best = scores.argmax(axis=1)
    owners: dict[int, object] = {}
    for place, label in zip(best.tolist(), map(plain_label, labels.tolist()), strict=True):
        if owners.setdefault(place, label) != label:
            return Outcome(labels, ignored=ignored)
    width = scores.shape[1]
    if width > 1 and all(owner == place for place, owner in owners.items()):
        classes: list[object] = list(range(width))
    elif len(owners) == width > 1:
        classes = [owners[place] for place in range(width)]
    else:
        # A class nobody was predicted to be in stays nameless: its scores cannot be used honestly.
        return Outcome(labels, ignored=ignored)
    return Outcome(labels, classes, scores, _score_kind(scores), ignored)


def _score_kind(scores: Any) -> str:
    """Say whether rows add up to one like probabilities."""
    bounded = bool(np.all((scores >= 0) & (scores <= 1)))
    return "probability" if bounded and np.allclose(scores.sum(axis=1), 1, atol=1e-3) else "decision"
