"""Loads scikit-learn models from pickle and joblib, and asks scikit-learn models of any format for predictions."""

import io
import pickle
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any  # models and arrays come from libraries without types

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import ipc
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.utils.parallel import _get_threadpool_controller

from evaluation.sandbox.child.answers import Answer, Outcome, Refusal
from evaluation.sandbox.child.encoding import encode
from evaluation.sandbox.child.examples import example
from evaluation.sandbox.child.sklearn_description import description
from evaluation.sandbox.child.wire import Header

pa.set_cpu_count(1)
# It reads the process's memory map, once and for all: later, that file may be out of sight.
_get_threadpool_controller()

Loader = Callable[[bytearray], Any]


def handle(header: Header, model: bytearray, features: bytearray) -> Answer:
    """Answer a request to predict or to describe."""
    return answer(header, _LOADERS[header["format"]], model, features)


def answer(header: Header, load: Loader, model: bytearray, features: bytearray) -> Answer:
    """Load the model and answer the request about it."""
    loaded, notes = _load(load, model)
    with suppress(BufferError):  # the model may still hold on to the bytes it was read from
        model.clear()
    if header["action"] == "describe":
        told = description(loaded, notes)
        if features:
            rows = ipc.open_stream(features).read_all()
            told["example"] = example(lambda: _predict(loaded, rows, _task_of(loaded), notes))
        return Answer({"status": "done", "description": told})
    table = ipc.open_stream(features).read_all()
    return encode(_predict(loaded, table, header["task"], notes), header["task"], table.num_rows)


def _load(load: Loader, content: bytearray) -> tuple[Any, list[str]]:
    """Return the model, and what its own libraries warned about while it was loaded."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            loaded = load(content)
        except (Refusal, MemoryError, PermissionError):
            raise
        except ImportError as reason:
            raise Refusal("missing_package", package=reason.name or str(reason)) from reason
        except Exception as reason:
            raise Refusal("unreadable", reason=f"{type(reason).__name__}: {reason}") from reason
    versions = {w.message.original_sklearn_version for w in caught if isinstance(w.message, InconsistentVersionWarning)}
    return loaded, sorted(str(version) for version in versions)


_LOADERS: dict[str, Loader] = {
    "pickle": pickle.loads,
    "joblib": lambda content: joblib.load(io.BytesIO(content)),
}


def _predict(model: Any, table: pa.Table, task: str, versions: list[str]) -> Outcome:
    """Ask the model for predictions, and for scores when the task has classes."""
    if not callable(getattr(model, "predict", None)):
        raise Refusal("not_a_model", type=type(model).__name__)
    _ensure_task(model, task)
    rows, ignored = _arrange(model, table)
    for part in _parts(model, set()):
        if getattr(part, "n_jobs", None) not in (None, 1):
            part.n_jobs = 1
    with joblib.parallel_config(backend="sequential"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = model.predict(rows)
        scores, kind = (None, None) if task == "regression" else _scores(model, rows)
    classes = getattr(model, "classes_", None)
    return Outcome(values, None if classes is None else list(classes), scores, kind, ignored, versions)


def _task_of(model: Any) -> str:
    """Say what kind of answer a model gives, where nobody asked for one."""
    is_classes = is_classifier(model) or getattr(model, "classes_", None) is not None
    return "multiclass" if is_classes else "regression"


def _ensure_task(model: Any, task: str) -> None:
    """Refuse a classifier where numbers are asked for, and the other way round."""
    if task == "regression" and is_classifier(model):
        raise Refusal("wrong_task", gives="classes", wanted="numbers")
    if task != "regression" and is_regressor(model):
        raise Refusal("wrong_task", gives="numbers", wanted="classes")


def _arrange(model: Any, table: pa.Table) -> tuple[pd.DataFrame | np.ndarray[Any, Any], list[str]]:
    """Return the columns the model was trained on, in its order, and the names of those it does not use."""
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        expected = getattr(model, "n_features_in_", table.num_columns)
        if expected != table.num_columns:
            raise Refusal("wrong_count", expected=int(expected), found=table.num_columns)
        return table.to_pandas(use_threads=False).to_numpy(), []
    wanted, present = [str(name) for name in names], table.column_names
    lacking = [name for name in wanted if name not in set(present)]
    ignored = [name for name in present if name not in set(wanted)]
    if lacking:
        raise Refusal("wrong_columns", expected=wanted, lacking=lacking, extra=ignored)
    return table.select(wanted).to_pandas(use_threads=False), ignored


def _scores(model: Any, rows: Any) -> tuple[Any, str | None]:
    """Return probabilities where the model offers them, else its decision scores, else nothing."""
    for method, kind in (("predict_proba", "probability"), ("decision_function", "decision")):
        if callable(getattr(model, method, None)):
            return np.asarray(getattr(model, method)(rows)), kind
    return None, None


def _parts(value: Any, seen: set[int], depth: int = 0) -> Iterator[Any]:
    """Yield every estimator inside the model: parameters, fitted copies, lists and mappings of them."""
    if id(value) in seen or depth > 12:
        return
    seen.add(id(value))
    if isinstance(value, BaseEstimator):
        yield value
        inner: list[Any] = list(vars(value).values())
    elif isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, list | tuple):
        inner = list(value)
    elif isinstance(value, np.ndarray) and value.dtype == object:
        inner = list(value.flat)
    else:
        return
    for part in inner:
        yield from _parts(part, seen, depth + 1)
