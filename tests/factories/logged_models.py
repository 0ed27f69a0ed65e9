"""Folders of files as MLflow's client leaves them: under a logged model, or under a run as older clients do."""

import json
import pickle
from typing import Any

import yaml

from canvas.models import Project
from registry.models import Artifact, LoggedModel, Run
from registry.services import experiments
from tests.factories.registry import RunFactory, skops_file, stored

REQUIREMENTS = b"mlflow==3.17.2\nnumpy==2.3.4\nscikit-learn==1.7.2\nskops==0.16.0\n"
PYTHON_ENV = b"python: 3.11.7\nbuild_dependencies:\n- pip==23.2.1\ndependencies:\n- -r requirements.txt\n"
CONDA = b"channels:\n- conda-forge\ndependencies:\n- python=3.11.7\n- pip<=23.2.1\n- pip:\n  - numpy==2.3.4\n  - mlflow==3.17.2\n"
SIGNATURE = {
    "inputs": json.dumps([{"type": "double", "name": "radius", "required": True}]),
    "outputs": json.dumps([{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]),
    "params": None,
}


def mlmodel(**said: Any) -> bytes:
    """An MLmodel file; what is said replaces what stands here."""
    flavors = {
        "python_function": {"loader_module": "mlflow.sklearn", "model_path": "model.skops", "python_version": "3.11.7"},
        "sklearn": {"pickled_model": "model.skops", "serialization_format": "skops", "sklearn_version": "1.7.2"},
    }
    return yaml.safe_dump({"flavors": flavors, "mlflow_version": "3.17.2", "signature": SIGNATURE} | said).encode()


def folder(**files: bytes | None) -> dict[str, bytes]:
    """The files of a model by path; keyword arguments add or replace some, None leaves one out."""
    found: dict[str, bytes | None] = {
        "MLmodel": mlmodel(),
        "model.skops": skops_file(),
        "requirements.txt": REQUIREMENTS,
        "conda.yaml": CONDA,
        "python_env.yaml": PYTHON_ENV,
    }
    return {path: content for path, content in (found | files).items() if content is not None}


def a_run(project: Project, **fields: Any) -> Run:
    """A finished run of the project's default experiment."""
    return RunFactory(experiment=experiments.default_of(project), **fields)


def a_logged_model(
    project: Project, files: dict[str, bytes] | None = None, *, run: Run | None = None, **fields: Any
) -> LoggedModel:
    """A logged model that is ready, with its files."""
    by = fields.pop("created_by", project.created_by)
    status = fields.pop("status", LoggedModel.Status.READY)
    model = LoggedModel.objects.create(
        experiment=experiments.default_of(project), name=fields.pop("name", "model"), source_run=run, status=status,
        created_by=by, **fields,
    )  # fmt: skip
    for path, content in (folder() if files is None else files).items():
        file = stored(content)
        Artifact.objects.create(logged_model=model, path=path, sha256=file.sha256, size=file.size, stored_by=by)
    return model


def files_of_run(run: Run, files: dict[str, bytes]) -> None:
    """Files under a run, where clients before MLflow 3 put their models."""
    for path, content in files.items():
        file = stored(content)
        Artifact.objects.create(run=run, path=path, sha256=file.sha256, size=file.size, stored_by=run.created_by)


def pickle_file() -> bytes:
    """A small pickle, such as cloudpickle writes for a forest."""
    return pickle.dumps({"weights": [0.25] * 50}, protocol=4)
