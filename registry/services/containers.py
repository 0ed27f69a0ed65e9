"""Set up a Dockerfile for one version: which files it fetches, and in which environment it serves them."""

from django.urls import reverse

from registry import version_files
from registry.environments import dockerfile
from registry.environments.dockerfile import Served, ServedFile
from registry.models import ModelVersion, TrainingEnvironment
from registry.services import serving


class NoEnvironment(Exception):
    """Nothing says which packages the version needs; the message says what to record."""


def environment_for(version: ModelVersion) -> TrainingEnvironment:
    """What a version is served in: the latest statement's environment, or the one it was trained in."""
    stated = max(serving.current(version), key=lambda one: (one.stated_at, one.pk), default=None)
    environment = stated.environment if stated else version.environment
    if environment is None:
        raise NoEnvironment(
            f"No environment is recorded for {version}, so nobody knows which packages it needs. Record one, and state "
            "that the version is served in it."
        )
    return environment


def dockerfile_of(version: ModelVersion, *, server: str) -> str:
    """A Dockerfile that serves the version; raises NoEnvironment."""
    files = version_files.files_of(version)
    folder = any(file.path == "MLmodel" for file in files)
    main = next((file for file in files if file.is_model), files[0])
    served = Served(
        name=version.model.name,
        number=version.number,
        format="mlflow" if folder else version.artifact_format,
        model=main.path,
        server=server,
        files=[ServedFile(file.path, _address(version, file.path), file.sha256, file.size) for file in files],
    )
    return dockerfile.written(served, environment_for(version))


def _address(version: ModelVersion, path: str) -> str:
    model = version.model
    return reverse("registry-api:version-file", args=[model.project.slug, model.name, version.number, path])
