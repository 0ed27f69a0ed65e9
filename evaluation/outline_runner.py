"""One reading of a model's steps: check the file, find an example, describe the model in the sandbox, keep it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from data import storage
from evaluation.sandbox import client
from evaluation.sandbox.errors import Cancelled, SandboxBroken, SandboxError
from jobs.handlers import PermanentFailure, Progress, TransientFailure
from registry import json_values
from registry.models import ModelOutline, ModelVersion
from registry.outlining.examples import Row, rows_of
from registry.services import outlines
from registry.services.outlines import Reading

EXAMPLE_FILES = ("input_example.json", "serving_input_example.json")
LONGEST_EXAMPLE = 2**20


@dataclass(frozen=True)
class Example:
    """The rows a model is asked about, and where they were written down."""

    rows: list[Row] = field(default_factory=list)
    origin: str = ""

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as a table; columns without names are numbered."""
        frame = pd.DataFrame(self.rows)
        return frame.rename(columns=str)


def run(outline: ModelOutline, progress: Progress) -> Callable[[], None]:
    """Read the steps of a version's model, and return what keeps them; failures become sentences for people."""
    version = outline.version
    try:
        reading = _read(version, progress)
    except SandboxBroken as reason:
        raise TransientFailure(str(reason)) from reason
    except Cancelled:
        raise
    except (SandboxError, storage.Missing) as reason:
        raise PermanentFailure(str(reason)) from reason

    def save() -> None:
        outlines.report(version, reading)

    return save


def _read(version: ModelVersion, progress: Progress) -> Reading:
    progress.report("Checking the model's file", 5)
    if not storage.matches(version.artifact_sha256):
        raise PermanentFailure(
            f"The stored bytes of {version} no longer have their SHA-256, so nothing was read. Restore the file from a "
            "backup, and read it again."
        )
    example = _example(version)
    progress.report("Reading the model in the sandbox", 20)
    with storage.local_path(version.artifact_sha256) as path:
        told = client.describe(
            path,
            allow_code=version.model.project.allow_code_formats,
            example=example.frame if example.rows else None,
            on_wait=progress.is_wanted,
        )
    progress.report("Writing the steps down", 90)
    progress.log(f"Read {told.outline.count} steps with {told.library} in sandbox tier {told.tier.value}.")
    return Reading(
        outline=told.outline,
        library=f"{told.library} {', '.join(told.trained_with)}".strip(),
        tier=told.tier.value,
        artifact_sha256=version.artifact_sha256,
        example_input={"rows": example.rows, "origin": example.origin} if example.rows else None,
        example_output=None if told.answers is None else {"rows": told.answers, "origin": _answered(told.tier.value)},
        remark=told.problem,
    )


def _example(version: ModelVersion) -> Example:
    """The version's own example: the file that came with the model, else what was written at its registration."""
    for path, sha256 in _example_files(version):
        if rows := _storable(rows_of(_parsed(sha256))):
            return Example(rows, f"The file {path} that came with the model")
    rows = _storable(rows_of(version.example_input))
    return Example(rows, f"Written by {version.uploaded_by} at registration") if rows else Example()


def _example_files(version: ModelVersion) -> list[tuple[str, str]]:
    found = {str(file["path"]).rpartition("/")[2]: file for file in version.files if isinstance(file, dict)}
    return [(str(found[name]["path"]), str(found[name]["sha256"])) for name in EXAMPLE_FILES if name in found]


def _parsed(sha256: str) -> object:
    """The JSON in a small stored file; None for anything else."""
    try:
        with storage.open_file(sha256) as file:
            content = file.read(LONGEST_EXAMPLE + 1)
        return json.loads(content) if len(content) <= LONGEST_EXAMPLE else None
    except (storage.Missing, ValueError, RecursionError):
        return None


def _storable(rows: list[Row]) -> list[Row]:
    """The rows, if every database can keep them; none otherwise."""
    try:
        json_values.ensure_storable(rows, what="the example")
    except json_values.NotStorable:
        return []
    return rows


def _answered(tier: str) -> str:
    return f"Answered by the model in sandbox tier {tier}"
