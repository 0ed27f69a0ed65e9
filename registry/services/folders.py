"""Read a folder of stored files as the model it is: its manifest, its own file, and the files that describe it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from audit.services import canonical
from data import storage
from registry import archives, formats, json_values
from registry.formats import ArtifactFormat
from registry.indexing import estimators, mlmodel, packages
from registry.indexing.mlmodel import MlModel
from registry.indexing.packages import Found
from registry.models import Artifact
from registry.services.sources import InvalidSource, Source

DESCRIPTION = "MLmodel"
# Told apart from the model's own file by name; everything else is looked into, the largest first.
_BESIDE = frozenset({DESCRIPTION, *packages.FILES, "README.md", "metadata.yaml", "registered_model_meta"})
_MOST_LOOKED_INTO = 20
_LARGEST_JSON = 2**20
LARGEST_DESCRIPTION = 2**20

File = dict[str, Any]  # {"path": str, "sha256": str, "size": int}


class ChangedMeanwhile(Exception):
    """Files changed while a version was being registered from them."""


@dataclass(frozen=True)
class Folder:
    """A model's folder as it was read."""

    files: list[File]
    main: File
    format: ArtifactFormat
    description: MlModel
    environment: Found
    estimator: str = ""
    """The estimator's class where the file says it without being loaded."""
    example_input: Any = None
    unread: list[str] = field(default_factory=list)
    """What could not be read, as sentences; none of it keeps a version from being registered."""

    @property
    def sha256(self) -> str:
        """The digest over the paths, sizes and digests of all files."""
        return digest_of(self.files)


def manifest_of(source: Source) -> list[File]:
    """Each file of a source with its digest and size, sorted by path; raises InvalidSource where there is none."""
    return _manifest(source, source.artifacts)


def manifest_now(source: Source) -> list[File]:
    """As `manifest_of`, read once more."""
    return _manifest(source, source.artifacts_now())


def _manifest(source: Source, artifacts: Sequence[Artifact]) -> list[File]:
    files = [{"path": source.inside(one), "sha256": one.sha256, "size": one.size} for one in artifacts]
    if not any(one["size"] for one in files):
        raise InvalidSource(f"There are no files under “{source.text}”. Log the model first.")
    return sorted(files, key=lambda one: str(one["path"]))


def digest_of(files: Sequence[File]) -> str:
    """The SHA-256 over a manifest's RFC 8785 text."""
    return hashlib.sha256(canonical({"files": list(files)}).encode()).hexdigest()


def read(source: Source) -> Folder:
    """What the files of a source say; nothing in them is run.

    Raises InvalidSource, FormatMismatch for a model file that is not what it is called, ArchiveBomb, or Missing.
    """
    files = manifest_of(source)
    by_path = {str(one["path"]): one for one in files}
    unread: list[str] = []
    description = _description(by_path, unread)
    main, recognised = _main(by_path, description)
    described = {name: _content(by_path[name]) for name in packages.FILES if name in by_path}
    return Folder(
        files=files,
        main=main,
        format=recognised,
        description=description,
        environment=packages.read(described, python_version=description.python_version),
        estimator=_estimator(main, recognised),
        example_input=_example(by_path, description, unread),
        unread=unread,
    )


def _description(files: dict[str, File], unread: list[str]) -> MlModel:
    if DESCRIPTION not in files:
        unread.append("The folder holds no MLmodel, so signature and flavors are not known.")
        return MlModel()
    try:
        found = mlmodel.read(_content(files[DESCRIPTION]))
    except mlmodel.Unreadable as reason:
        unread.append(str(reason))
        return MlModel()
    unread += found.unread
    return found


def _main(files: dict[str, File], description: MlModel) -> tuple[File, ArtifactFormat]:
    named = [files[name] for name in description.named_files if name in files and files[name]["size"]]
    rest = [one for path, one in files.items() if one not in named and PurePosixPath(path).name not in _BESIDE]
    rest = [one for one in sorted(rest, key=lambda one: (-one["size"], one["path"])) if one["size"]]
    looked = [(one, _format_of(one)) for one in (named or rest)[:_MOST_LOOKED_INTO]]
    if found := next((pair for pair in looked if pair[1] is not ArtifactFormat.UNKNOWN), None):
        return found
    if looked:
        return looked[0]
    return next(one for one in files.values() if one["size"]), ArtifactFormat.UNKNOWN


def _format_of(file: File) -> ArtifactFormat:
    with storage.local_path(file["sha256"]) as path:
        found = formats.ensure_matches(path, PurePosixPath(file["path"]).name)
        archives.ensure_unpacks_small(path)
    return found


def _estimator(file: File, recognised: ArtifactFormat) -> str:
    if recognised is not ArtifactFormat.SKOPS:
        return ""
    with storage.local_path(file["sha256"]) as path:
        return estimators.read(path)


def _example(files: dict[str, File], description: MlModel, unread: list[str]) -> Any:
    path = description.example_path or "input_example.json"
    if path not in files or not path.endswith(".json") or files[path]["size"] > _LARGEST_JSON:
        return None
    try:
        return json_values.parse(_content(files[path]).decode(), what="the example input")
    except (json_values.NotStorable, UnicodeDecodeError) as reason:
        unread.append(f"{path} was not kept as example input: {reason}")
        return None


def _content(file: File) -> bytes:
    with storage.open_file(file["sha256"]) as stream:
        return stream.read(LARGEST_DESCRIPTION + 1)
