"""What can be told before any row is read: whether an evaluation that somebody asks for makes sense."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from canvas.models import Project
from data import frames
from data.models import Dataset, SchemaField
from data.rows import path_of, why_not_here
from evaluation.models import EvaluationJob
from registry.formats import ArtifactFormat, FormatKind
from registry.models import ModelVersion

MOST_SLICES = 8
DEFAULT_SEED = 20261114
Task = Project.Task
Type = SchemaField.DataType
NUMBERS = {Type.INTEGER, Type.NUMBER}


class Refused(Exception):
    """The evaluation cannot be asked for like this; the message says what to change, `where` names the field."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


@dataclass(frozen=True)
class PredictionsFile:
    """A stored table of labels and predictions."""

    name: str
    sha256: str
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An evaluation as somebody asks for it; what is left empty gets its default from the snapshot."""

    dataset: Dataset | None = None
    predictions: PredictionsFile | None = None
    label_column: str = ""
    prediction_column: str = ""
    score_columns: Mapping[str, str] = field(default_factory=dict)
    baseline_column: str = ""
    positive_label: str = ""
    slice_columns: Sequence[str] = ()
    seed: int = DEFAULT_SEED

    @property
    def mode(self) -> str:
        """Where the predictions come from."""
        return EvaluationJob.Mode.PREDICTIONS if self.predictions else EvaluationJob.Mode.MODEL


def completed(version: ModelVersion, asked: Asked) -> dict[str, object]:
    """The fields of the evaluation to create, with defaults filled in; raises Refused with what to change."""
    _ensure_decided(version)
    _ensure_own_dataset(version, asked)
    label = asked.label_column or (asked.dataset.label_column if asked.dataset else "")
    if not label:
        raise Refused("Name the column that holds the true labels.", "label_column")
    if asked.predictions is None:
        _ensure_runnable(version)
    columns = _columns(asked)
    _ensure_present(columns, label, asked)
    _ensure_label_fits(version, asked, label)
    if asked.predictions:
        _ensure_answers(version.model.task, asked)
    return {
        "mode": asked.mode,
        "dataset": asked.dataset,
        "predictions_name": asked.predictions.name if asked.predictions else "",
        "predictions_sha256": asked.predictions.sha256 if asked.predictions else "",
        "label_column": label,
        "prediction_column": asked.prediction_column if asked.predictions else "",
        "score_columns": dict(asked.score_columns) if asked.predictions else {},
        "baseline_column": asked.baseline_column,
        "positive_label": asked.positive_label if version.model.task == Task.BINARY else "",
        "slice_columns": list(dict.fromkeys(asked.slice_columns)),
        "seed": asked.seed,
    }


def columns_of(dataset: Dataset) -> list[str]:
    """The columns of a snapshot, from its schema or else from its file."""
    if dataset.schema is not None:
        return [field.key for field in dataset.schema.fields.all()]
    with path_of(dataset, verify=False) as path:
        return frames.column_names(path, dataset.file_format)


def features_of(dataset: Dataset, label: str) -> list[str]:
    """The columns a model may see: never the label, never what identifies a row."""
    if dataset.schema is None:
        return [name for name in columns_of(dataset) if name != label]
    fields = dataset.schema.fields.all()
    return [field.key for field in fields if field.part == SchemaField.Part.FEATURE and field.key != label]


def suggested_slices(dataset: Dataset, label: str) -> list[str]:
    """Columns worth a look: the sensitive ones first, then those with few named values."""
    if dataset.schema is None:
        return []
    scales = (SchemaField.Order.NOMINAL, SchemaField.Order.ORDINAL)
    fields = [
        field for field in dataset.schema.fields.all()
        if field.key != label and field.part != SchemaField.Part.IDENTIFIER
        and (field.is_sensitive or (field.order in scales and field.allowed_values))
    ]  # fmt: skip
    return [field.key for field in sorted(fields, key=lambda field: not field.is_sensitive)][:3]


def _ensure_decided(version: ModelVersion) -> None:
    if version.removed_at:
        raise Refused(f"{version} was removed. Evaluate another version.")
    if not version.model.task:
        raise Refused(
            f"Nobody has decided yet what {version.model.name} predicts. Decide its task on the model’s page, at "
            f"{version.model.get_absolute_url()}."
        )


def _ensure_own_dataset(version: ModelVersion, asked: Asked) -> None:
    if asked.dataset is not None and asked.dataset.project_id != version.model.project_id:
        raise Refused("This snapshot belongs to another project. Choose one of this project.", "dataset")
    if asked.dataset is not None and (reason := why_not_here(asked.dataset)):
        raise Refused(reason, "dataset")
    if asked.dataset is None and asked.predictions is None:
        raise Refused("Choose the snapshot to run the model on, or upload a file with its predictions.", "dataset")


def _ensure_runnable(version: ModelVersion) -> None:
    known = ArtifactFormat(version.artifact_format)
    instead = "upload a file with labels and predictions instead"
    if not known.is_runnable:
        raise Refused(f"{version} cannot be run here, because its file is {known.label}: {instead}.", "mode")
    if known.kind is FormatKind.CODE_CARRYING and not version.model.project.allow_code_formats:
        raise Refused(
            f"{version} is a {known.label} file, which can carry code, and this project does not run such files. "
            f"Save the model as skops or ONNX, let an owner allow such formats in the settings, or {instead}.",
            "mode",
        )


def _columns(asked: Asked) -> list[str]:
    own = list(asked.predictions.columns) if asked.predictions else []
    return own + [name for name in (columns_of(asked.dataset) if asked.dataset else []) if name not in own]


def _ensure_present(columns: Sequence[str], label: str, asked: Asked) -> None:
    in_file = list(asked.predictions.columns) if asked.predictions else list(columns)
    wanted = [("label_column", label, in_file), ("baseline_column", asked.baseline_column, in_file)]
    if asked.predictions:
        wanted.append(("prediction_column", asked.prediction_column, in_file))
        wanted += [("score_columns", name, in_file) for name in asked.score_columns.values()]
    wanted += [("slice_columns", name, list(columns)) for name in asked.slice_columns]
    for where, name, present in wanted:
        if name and name not in present:
            role = "label column" if where == "label_column" else "column"
            raise Refused(f"There is no {role} “{name}”. The columns are {_listed(present)}.", where)
    if label in asked.slice_columns:
        raise Refused("The label itself cannot be a slice. Choose other columns.", "slice_columns")
    if len(set(asked.slice_columns)) > MOST_SLICES:
        raise Refused(f"Choose at most {MOST_SLICES} columns to slice by.", "slice_columns")


def _ensure_label_fits(version: ModelVersion, asked: Asked, label: str) -> None:
    """Refuse what the schema already shows; the values themselves are checked when the rows are read."""
    task = version.model.task
    known = None
    if asked.dataset is not None and asked.dataset.schema is not None:
        known = asked.dataset.schema.fields.filter(key=label).first()
    if known is None:
        return
    kind = Type(known.data_type)
    words = f"The label column “{label}” holds {kind.label.lower()}"
    if task == Task.REGRESSION and kind not in NUMBERS:
        raise Refused(f"{words}, and a regression predicts numbers. Choose a column with numbers.", "label_column")
    if task != Task.REGRESSION and kind in {Type.DATE, Type.DATETIME}:
        raise Refused(f"{words}, and a classification predicts classes. Choose a column with classes.", "label_column")
    if task == Task.BINARY and kind == Type.STRING and not asked.positive_label:
        named = f" It is one of {_listed(known.allowed_values)}." if known.allowed_values else ""
        raise Refused(f"Say which label of “{label}” is the positive one.{named}", "positive_label")


def _ensure_answers(task: str, asked: Asked) -> None:
    if task == Task.REGRESSION:
        if not asked.prediction_column:
            raise Refused("Name the column that holds the predicted numbers.", "prediction_column")
        if asked.score_columns:
            raise Refused("A regression has no scores. Leave the score columns out.", "score_columns")
    elif not asked.prediction_column and not asked.score_columns:
        raise Refused("Name the column that holds the predictions, or the scores, or both.", "prediction_column")
    if task == Task.MULTICLASS and "" in asked.score_columns:
        raise Refused("Several classes need a score column each: write class=column for every one.", "score_columns")
    if task == Task.BINARY and len(asked.score_columns) > 1:
        raise Refused("A binary task has one score column: the probability of the positive label.", "score_columns")


def _listed(names: Sequence[object], most: int = 12) -> str:
    listed = ", ".join(f"“{name}”" for name in names[:most])
    return listed if len(names) <= most else f"{listed} and {len(names) - most:,} more"
