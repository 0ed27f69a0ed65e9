"""Asks a model for predictions, or for what it is made of, through a confined child process."""

import mmap
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from evaluation.sandbox import predictions, refusals, tiers
from evaluation.sandbox.child import wire
from evaluation.sandbox.descriptions import Description
from evaluation.sandbox.errors import ModelMismatch, SandboxRefused
from evaluation.sandbox.formats import ensure_runnable
from evaluation.sandbox.limits import Limits
from evaluation.sandbox.predictions import Predictions, Task
from evaluation.sandbox.replies import Reply
from evaluation.sandbox.walls import Tier
from evaluation.sandbox.warm import waiting
from registry.formats import ArtifactFormat, FormatKind

_DEFAULTS = Limits()
_MOST_REPLY = 64 * 1024 * 1024


def _keep_waiting() -> bool:
    """Go on, for callers who never cancel."""
    return True


@dataclass(frozen=True)
class _Admitted:
    """A model that may be run, and behind which walls."""

    path: Path
    found: ArtifactFormat
    tier: Tier


def predict(
    model_path: Path,
    features: pa.Table | pd.DataFrame,
    *,
    task: Task,
    allow_code: bool,
    limits: Limits = _DEFAULTS,
    on_wait: Callable[[], bool] = _keep_waiting,
    tier: Tier | None = None,
) -> Predictions:
    """Return the model's predictions for the features, which must not contain the labels.

    `on_wait` is called about once a second; when it returns False the child is killed and Cancelled is raised.
    Raises a SandboxError, whose message is for people, for everything that can go wrong with a model.
    """
    admitted = _admit(model_path, allow_code=allow_code, limits=limits, tier=tier)
    table = _as_table(features)
    started = time.monotonic()
    reply = _exchange(
        admitted,
        {"action": "predict", "task": task},
        _as_bytes(table),
        most=_most_bytes(table.num_rows),
        limits=limits,
        on_wait=on_wait,
    )
    return predictions.read(
        reply,
        rows=table.num_rows,
        task=task,
        found=admitted.found,
        tier=admitted.tier,
        seconds=time.monotonic() - started,
    )


def describe(
    model_path: Path,
    *,
    allow_code: bool,
    example: pa.Table | pd.DataFrame | None = None,
    limits: Limits = _DEFAULTS,
    on_wait: Callable[[], bool] = _keep_waiting,
    tier: Tier | None = None,
) -> Description:
    """Return the model's steps, parameters, columns and versions, and its answers for the example's few rows.

    All of it is read from the file inside the sandbox.
    """
    admitted = _admit(model_path, allow_code=allow_code, limits=limits, tier=tier)
    rows = b"" if example is None else _as_bytes(_as_table(example))
    reply = _exchange(admitted, {"action": "describe"}, rows, most=_MOST_REPLY, limits=limits, on_wait=on_wait)
    return Description.from_header(reply.header, found=admitted.found, tier=admitted.tier)


def prepare(found: str = ArtifactFormat.SKOPS, *, limits: Limits = _DEFAULTS) -> None:
    """Start a child for models of this format now, so that its imports run while the caller loads data."""
    waiting.prepare(tiers.probe(), imports=_imports(found), limits=limits)


def release() -> None:
    """End the child that waits for the next model, if there is one."""
    waiting.close()


def _admit(path: Path, *, allow_code: bool, limits: Limits, tier: Tier | None) -> _Admitted:
    """Decide whether the file may be run at all."""
    found = ensure_runnable(path, limits)
    if found.kind is FormatKind.CODE_CARRYING and not allow_code:
        raise SandboxRefused(
            f"A {found.label} file can run code when it is loaded, and this project does not allow that. Save the "
            "model as skops or ONNX, or ask the project's owner to allow such formats."
        )
    walls = tiers.probe() if tier is None else tier
    if found.kind is FormatKind.CODE_CARRYING and walls is Tier.C:
        raise SandboxRefused(
            f"A {found.label} file can run code when it is loaded, and this machine cannot confine it "
            f"({walls.label}). Save the model as skops or ONNX, or run the worker where one can."
        )
    return _Admitted(path, found, walls)


def _exchange(
    admitted: _Admitted,
    header: wire.Header,
    features: bytes | memoryview,
    *,
    most: int,
    limits: Limits,
    on_wait: Callable[[], bool],
) -> Reply:
    """Hand model and features to a child of their own and return its reply, or raise its refusal."""
    with admitted.path.open("rb") as file:
        # Unmapped when the last view of it is gone, which an exception on its way up may still hold.
        model = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    request = wire.frame(
        header | {"format": admitted.found.value, "model_bytes": len(model), "feature_bytes": len(features)}
    )
    child = waiting.take(admitted.tier, imports=_imports(admitted.found), limits=limits)
    reply = child.ask([request, model, features], most=most, on_wait=on_wait)
    if reply.header.get("status") != "done":
        raise refusals.error(reply.header)
    return reply


def _imports(found: str) -> str:
    """Name the libraries a model's child needs."""
    return {ArtifactFormat.ONNX.value: "onnx", ArtifactFormat.SKOPS.value: "skops"}.get(found, "sklearn")


def _as_table(features: pa.Table | pd.DataFrame) -> pa.Table:
    """Return the features as an Arrow table that carries nothing but columns."""
    if isinstance(features, pd.DataFrame):
        try:
            features = pa.Table.from_pandas(features, preserve_index=False)
        except (pa.ArrowException, TypeError, ValueError) as reason:
            raise ModelMismatch(f"A column of the snapshot mixes kinds of values: {reason}") from reason
    if len(set(features.column_names)) != features.num_columns:
        raise ModelMismatch("Two columns of the snapshot have the same name. Rename one of them.")
    return features.replace_schema_metadata(None)


def _as_bytes(table: pa.Table) -> memoryview:
    """Return the table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())


def _most_bytes(rows: int) -> int:
    """Return how long an honest answer may be: 64 MiB, or more where many rows justify it."""
    return max(_MOST_REPLY, predictions.most_bytes(rows, 2))
