"""Snapshots with rows in them, models that were really trained, and evaluations at every stage."""

import io
import pickle
from functools import cache
from typing import Any

import factory
import numpy as np
import pandas as pd
import skops.io
from sklearn.linear_model import LinearRegression, LogisticRegression

from canvas.models import Project
from data import storage
from data.models import DataSchema, Dataset, SchemaField
from evaluation.asked import Asked
from evaluation.models import EvaluationJob
from evaluation.services import request_evaluation
from registry.models import ModelVersion, RegisteredModel, VersionDataset
from tests.factories.canvas import ProjectFactory
from tests.factories.jobs import JobFactory, work

Part = SchemaField.Part
TYPES = {"i": "integer", "f": "number", "b": "boolean", "O": "string"}
LIMIT = 2**30


def cases(rows: int = 200, *, seed: int = 7) -> pd.DataFrame:
    """Rows that a linear model can tell apart: two features, a group, an identifier and a label of 0 or 1."""
    draw = np.random.default_rng(seed)
    size, shape = draw.normal(size=rows), draw.normal(size=rows)
    label = (1.6 * size - shape + draw.normal(scale=0.8, size=rows) > 0).astype(int)
    return pd.DataFrame(
        {
            "case": np.arange(rows) + 1000 * seed,
            "size": size.round(6),
            "shape": shape.round(6),
            "site": np.where(draw.random(rows) < 0.5, "north", "south"),
            "label": label,
        }
    )


def doses(rows: int = 200, *, seed: int = 11) -> pd.DataFrame:
    """Rows with a number to predict."""
    frame = cases(rows, seed=seed)
    noise = np.random.default_rng(seed).normal(scale=0.3, size=rows)
    return frame.assign(label=(2 * frame["size"] - frame["shape"] + 5 + noise).round(6))


def stored(content: bytes) -> str:
    """Put bytes into the storage and return their digest."""
    return storage.store(io.BytesIO(content), limit=LIMIT).sha256


def snapshot(
    project: Project,
    frame: pd.DataFrame,
    *,
    name: str = "rows",
    role: str = Dataset.SplitRole.TEST,
    label: str = "label",
    parts: dict[str, str] | None = None,
) -> Dataset:
    """A snapshot with its schema; `case` identifies a row and `site` is not used by models."""
    parts = {"case": Part.IDENTIFIER, "site": Part.OTHER, label: Part.LABEL} | (parts or {})
    content = frame.to_csv(index=False).encode()
    number = Dataset.objects.filter(project=project, name=name).count() + 1
    schema = DataSchema.objects.create(
        project=project, name=f"{name} {number}", number=1, created_by=project.created_by
    )
    for position, column in enumerate(frame.columns):
        SchemaField.objects.create(
            schema=schema,
            position=position,
            key=column,
            data_type=TYPES.get(frame[column].dtype.kind, "string"),
            order="ratio" if frame[column].dtype.kind == "f" else "nominal",
            part=parts.get(column, Part.FEATURE),
            allowed_values=sorted(map(str, frame[column].unique())) if column == "site" else [],
        )
    return Dataset.objects.create(
        project=project,
        name=name,
        number=number,
        file_name=f"{name}.csv",
        file_format=Dataset.Format.CSV,
        sha256=stored(content),
        size=len(content),
        rows=len(frame),
        columns=len(frame.columns),
        split_role=role,
        label_column=label,
        schema=schema,
        uploaded_by=project.created_by,
    )


@cache
def skops_of(task: str, features: tuple[str, ...] = ("size", "shape")) -> bytes:
    """A model trained on other rows than the tests measure, saved as skops."""
    return skops.io.dumps(trained(task, features))


def pickle_of(task: str) -> bytes:
    """The same model, saved as pickle."""
    return pickle.dumps(trained(task))


def trained(task: str, features: tuple[str, ...] = ("size", "shape")) -> Any:
    """A model that has learned from training_rows()."""
    frame = training_rows(task)
    if task == Project.Task.REGRESSION:
        return LinearRegression().fit(frame[list(features)], frame["label"])
    return LogisticRegression().fit(frame[list(features)], frame["label"])


def training_rows(task: str = Project.Task.BINARY) -> pd.DataFrame:
    """What the models above learned from."""
    return doses(300, seed=1) if task == Project.Task.REGRESSION else cases(300, seed=1)


def version_in(
    project: Project,
    *,
    task: str = Project.Task.BINARY,
    name: str = "triage",
    content: bytes | None = None,
    format: str = "skops",  # noqa: A002  as registry calls it
    trained_on: list[Dataset] | None = None,
) -> ModelVersion:
    """A registered version with a stored file; the tests' own model where no other content is given."""
    model, _ = RegisteredModel.objects.get_or_create(
        project=project, name=name, defaults={"task": task, "created_by": project.created_by}
    )
    data = skops_of(task) if content is None else content
    version = ModelVersion.objects.create(
        model=model,
        number=model.versions.count() + 1,
        algorithm="Linear model",
        artifact_name=f"model.{format}",
        artifact_sha256=stored(data),
        artifact_size=len(data),
        artifact_format=format,
        trained_by=project.created_by,
        uploaded_by=project.created_by,
    )
    for dataset in trained_on or []:
        VersionDataset.objects.create(version=version, dataset=dataset, use=VersionDataset.Use.TRAINING)
    return version


def evaluated(version: ModelVersion, **asked: Any) -> EvaluationJob:
    """An evaluation that was asked for and run to its end, well or badly."""
    evaluation = request_evaluation(version, asked=Asked(**asked), by=version.model.project.created_by)
    work()
    return EvaluationJob.objects.select_related("job").get(pk=evaluation.pk)


class EvaluationFactory(factory.django.DjangoModelFactory[EvaluationJob]):
    """An evaluation that waits, without anything having been read or run."""

    class Meta:
        model = EvaluationJob

    project = factory.SubFactory(ProjectFactory)
    version = factory.LazyAttribute(lambda evaluation: version_in(evaluation.project))
    number = factory.Sequence(lambda n: n + 1)
    job = factory.SubFactory(
        JobFactory, project=factory.SelfAttribute("..project"), kind="evaluation", label="Evaluate triage v1"
    )
    mode = EvaluationJob.Mode.MODEL
    label_column = "label"
    requested_by = factory.SelfAttribute("project.created_by")
