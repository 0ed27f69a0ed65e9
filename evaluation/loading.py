"""Where labels, predictions and scores come from: a file that people give, or the model run on a snapshot."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version as version_of
from typing import cast

import numpy as np
import pandas as pd

from canvas.models import Project
from data import frames, storage
from data.models import Dataset
from data.rows import path_of
from evaluation.asked import features_of
from evaluation.measures.inputs import BadInput, Column, Columns, class_key, scores_of
from evaluation.models import EvaluationJob
from evaluation.sandbox import client
from evaluation.sandbox.predictions import Predictions, Task
from evaluation.tables import format_of

MEASURED_WITH = ("numpy", "pandas", "scipy")
RUN_WITH = {"onnx": ("onnxruntime",)}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The columns to measure, one value per row, and what they came from."""

    labels: Column
    predictions: Column | None = None
    scores: Column | None = None
    classes: Sequence[str] | None = None
    slices: pd.DataFrame | None = None
    baseline: Column | None = None
    sandbox_tier: str = ""
    software: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def ensure_unaltered(evaluation: EvaluationJob) -> None:
    """Refuse to measure files whose bytes are no longer those that the records name by their SHA-256."""
    version, dataset = evaluation.version, evaluation.dataset
    files = {link.dataset.sha256: str(link.dataset) for link in version.dataset_links.select_related("dataset")}
    if dataset is not None:
        files[dataset.sha256] = str(dataset)
    if evaluation.mode == EvaluationJob.Mode.MODEL:
        files[version.artifact_sha256] = f"the model file of {version}"
    if evaluation.predictions_sha256:
        files[evaluation.predictions_sha256] = evaluation.predictions_name
    for sha256, name in files.items():
        # A file that is gone is told by whoever needs it.
        if storage.exists(sha256) and not storage.matches(sha256):
            raise BadInput(
                f"The stored bytes of {name} no longer have their SHA-256, {sha256[:12]}…, so nothing was measured. "
                "Somebody changed the storage from outside: restore the file from a backup, and run this again."
            )


def from_predictions(evaluation: EvaluationJob) -> Rows:
    """Read the uploaded file, and make sure that it speaks of the snapshot it is said to speak of."""
    scores = dict(evaluation.score_columns)
    is_binary = evaluation.version.model.task == Project.Task.BINARY
    with storage.local_path(evaluation.predictions_sha256) as path:
        file_format = format_of(path)
        present = frames.column_names(path, file_format)
        columns = Columns(
            label=evaluation.label_column,
            prediction=evaluation.prediction_column or None,
            score=next(iter(scores.values()), None) if is_binary else None,
            class_scores={} if is_binary else scores,
            slices=[name for name in evaluation.slice_columns if name in present],
            baseline=evaluation.baseline_column or None,
        )
        frame = frames.read_table_file(path, file_format, columns.names)
    slices = frame[list(columns.slices)]
    if evaluation.dataset is not None:
        slices = pd.concat([slices, _from_snapshot(evaluation, evaluation.dataset, frame)], axis=1)
    return Rows(
        labels=frame[columns.label],
        predictions=frame[columns.prediction] if columns.prediction else None,
        scores=scores_of(frame, columns),
        slices=_in_order(slices, evaluation.slice_columns),
        baseline=frame[columns.baseline] if columns.baseline else None,
        software=_software(MEASURED_WITH),
    )


def from_model(evaluation: EvaluationJob, keep_on: Callable[[], bool]) -> Rows:
    """Run the model in the sandbox on the snapshot's features; the labels stay here."""
    dataset = evaluation.dataset
    assert dataset is not None  # noqa: S101  the request saw to it
    version = evaluation.version
    features = features_of(dataset, evaluation.label_column)
    kept = [evaluation.label_column, *evaluation.slice_columns, evaluation.baseline_column]
    frame = frames.read_frame(dataset, list(dict.fromkeys([*features, *filter(None, kept)])))
    with storage.local_path(version.artifact_sha256) as path:
        answers = client.predict(
            path,
            frame[features],
            task=cast(Task, version.model.task),
            allow_code=version.model.project.allow_code_formats,
            on_wait=keep_on,
        )
    labels = frame[evaluation.label_column]
    scores, notes = _scores(evaluation, answers, labels)
    is_regression = version.model.task == Project.Task.REGRESSION
    return Rows(
        labels=labels,
        predictions=pd.Series(answers.values, name="the model's prediction"),
        scores=scores,
        classes=None if is_regression or answers.classes is None else [class_key(name) for name in answers.classes],
        slices=_in_order(frame, evaluation.slice_columns),
        baseline=frame[evaluation.baseline_column] if evaluation.baseline_column else None,
        sandbox_tier=answers.tier.value,
        software=_software((*MEASURED_WITH, *RUN_WITH.get(answers.format, ("scikit-learn",)))),
        notes=[*notes, *_remarks(answers)],
    )


def training_labels(evaluation: EvaluationJob) -> pd.Series | None:
    """The labels the version was trained on, where its snapshots are known; what a constant baseline may know."""
    name = evaluation.label_column
    found = []
    for link in evaluation.version.dataset_links.filter(use="training").select_related("dataset__schema"):
        if not link.dataset.has_rows:
            continue
        with path_of(link.dataset, verify=False) as path:
            has_label = name in frames.column_names(path, link.dataset.file_format)
        if has_label:
            found.append(frames.read_frame(link.dataset, [name])[name])
    return pd.concat(found, ignore_index=True) if found else None


def _from_snapshot(evaluation: EvaluationJob, dataset: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that only the snapshot has, once it is sure that both speak of the same rows."""
    label = evaluation.label_column
    wanted = [name for name in evaluation.slice_columns if name not in frame]
    with path_of(dataset, verify=False) as path:
        theirs = label if label in frames.column_names(path, dataset.file_format) else dataset.label_column
    own = frames.read_frame(dataset, list(dict.fromkeys([theirs, *wanted]))) if theirs else None
    if own is None:
        raise BadInput(f"{dataset} has no label column, so it cannot be matched with the file. Leave the snapshot out.")
    if len(own) != len(frame):
        raise BadInput(
            f"The file has {len(frame):,} rows, and {dataset} has {len(own):,}. Give one prediction for each row of "
            "the snapshot, in its order, or leave the snapshot out."
        )
    differs = own[theirs].map(class_key).to_numpy() != frame[label].map(class_key).to_numpy()
    if differs.any():
        raise BadInput(
            f"The labels of the file and of {dataset} differ, first in row {int(np.argmax(differs)) + 1:,}. Give the "
            "predictions in the order of the snapshot's rows, or leave the snapshot out."
        )
    return own[wanted]


def _scores(evaluation: EvaluationJob, answers: Predictions, labels: pd.Series) -> tuple[Column | None, list[str]]:
    if answers.scores is None or answers.classes is None:
        if evaluation.version.model.task == Project.Task.REGRESSION:
            return None, []
        return None, ["The model gives no scores, so metrics that need them were not measured."]
    if answers.score_kind != "probability":
        return None, ["The model gives decision scores and no probabilities, so metrics of scores were not measured."]
    names = [class_key(name) for name in answers.classes]
    table = pd.DataFrame(answers.scores, columns=names)
    if evaluation.version.model.task == Project.Task.MULTICLASS:
        return table, []
    return table[_positive(evaluation, names)].rename("the model's score"), []


def _positive(evaluation: EvaluationJob, classes: list[str]) -> str:
    wanted = class_key(evaluation.positive_label) if evaluation.positive_label else "1"
    wanted = {"True": "1", "False": "0"}.get(wanted, wanted) if wanted not in classes else wanted
    if wanted in classes:
        return wanted
    listed = " and ".join(f"“{name}”" for name in classes)
    if evaluation.positive_label:
        raise BadInput(f"The model knows the classes {listed}, and “{evaluation.positive_label}” is none of them.")
    raise BadInput(f"Say which label is the positive one: the model knows {listed}.")


def _remarks(answers: Predictions) -> list[str]:
    remarks = []
    if answers.ignored_columns:
        named = ", ".join(f"“{name}”" for name in answers.ignored_columns[:8])
        more = len(answers.ignored_columns) - 8
        remarks.append(f"The model did not ask for {named}{f' and {more} more' if more > 0 else ''}.")
    if answers.trained_with:
        remarks.append(
            f"The model was saved with scikit-learn {', '.join(answers.trained_with)} and run with "
            f"{version_of('scikit-learn')}; such a model may answer differently."
        )
    return remarks


def _in_order(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame | None:
    return frame[list(columns)] if columns else None


def _software(packages: Sequence[str]) -> dict[str, str]:
    return {"Python": sys.version.split()[0], **{name: version_of(name) for name in packages}}
