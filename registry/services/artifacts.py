"""Keep the files that runs and logged models gather: their bytes under a digest, their names in rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Value
from django.utils import timezone

import statements
from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data import storage
from data.services import quotas
from data.storage import StoredFile
from registry import artifact_paths
from registry.artifact_paths import Place
from registry.models import Artifact, Experiment, LoggedModel, ModelVersion, Run
from registry.services import open_runs
from statements import Statement

Owner = Run | LoggedModel
_Kind = TypeVar("_Kind", Run, LoggedModel)

# Asked for each file that a script sends or fetches, some of them twice: before its bytes come, and once they are there.
_RUN = Statement(
    lambda project, run_id: (
        Run.objects.filter(experiment__project=project, run_id=run_id)
        .order_by()
        .values_list(*statements.columns(Run), *statements.columns(Experiment, "experiment__"))
    ),
    -1,
    "run",
)
_LOGGED_MODEL = Statement(
    lambda project, model_id: (
        LoggedModel.objects.filter(experiment__project=project, model_id=model_id)
        .order_by()
        .values_list(*statements.columns(LoggedModel), *statements.columns(Experiment, "experiment__"))
    ),
    -1,
    "model",
)
_LOCKS = {
    kind: Statement(
        lambda pk, kind=kind: (
            kind.objects.select_for_update().filter(pk=pk).order_by().values_list("status", "deleted_at")
        ),
        -1,
    )
    for kind in (Run, LoggedModel)
}
_VERSIONS_OF_RUN = Statement(
    lambda run: (
        ModelVersion.objects.filter(run=run, logged_model__isnull=True)
        .exclude(source="")
        .order_by("pk")
        .values_list("pk", "source")
    ),
    -1,
)
_VERSIONS_OF_MODEL = Statement(
    lambda model: ModelVersion.objects.filter(logged_model=model).order_by("pk").values_list("pk")[:1], -1
)
_KEPT = Statement(
    lambda sha256, project: (
        Artifact.objects.filter(sha256=sha256)
        .filter(Q(run__experiment__project=project) | Q(logged_model__experiment__project=project))
        .order_by()
        .values_list("pk")[:1]
    ),
    "sha256",
    -1,
)


class NoSuchArtifact(Exception):
    """There is no such file, run or model here; the message says what was looked for."""


class Frozen(Exception):
    """The files belong to a registered version, which never changes; the message names it."""


class InTheWay(Exception):
    """The path cannot be used, because of what is there already; the message says what."""


@dataclass(frozen=True)
class Entry:
    """One line of a folder's listing."""

    name: str
    is_folder: bool
    size: int


def owner_of(project: Project, place: Place | None) -> Owner:
    """The run or logged model that a path of the proxy lies under; raises NoSuchArtifact, also for other projects'."""
    if place is not None:
        owner = run_of(project, place.run_id) if place.run_id else logged_model_of(project, place.model_id)
        if owner.experiment.mlflow_id == place.experiment_id:
            return owner
    raise NoSuchArtifact("This path lies under no run and no logged model of the project.")


def run_of(project: Project, run_id: str) -> Run:
    """A run of the project; raises NoSuchArtifact."""
    found = _RUN.first(project.pk, run_id)
    if found is None:
        raise NoSuchArtifact(f"There is no run {run_id[:40]} in the project.")
    return _owner(Run, found, project)


def logged_model_of(project: Project, model_id: str) -> LoggedModel:
    """A logged model of the project; raises NoSuchArtifact."""
    found = _LOGGED_MODEL.first(project.pk, model_id)
    if found is None:
        raise NoSuchArtifact(f"There is no logged model {model_id[:40]} in the project.")
    return _owner(LoggedModel, found, project)


def root_of(owner: Owner) -> str:
    """The address of an owner's folder as clients have it."""
    folder = f"models/{owner.model_id}" if isinstance(owner, LoggedModel) else owner.run_id
    return f"mlflow-artifacts:/{owner.experiment.mlflow_id}/{folder}/artifacts"


def store(owner: Owner, path: str, source: BinaryIO | Iterable[bytes], *, by: User) -> Artifact:
    """Stream a file under a run or a logged model; the same bytes again change nothing.

    Raises UnusablePath or InTheWay before a byte is read, TooLarge, OverQuota and Frozen; in each case nothing is kept.
    """
    path = artifact_paths.plain(path)
    known = _fitting(owner, path)
    frozen = frozen_by(owner, path)
    # What belongs to something that ended is evidence; a script that is going need not wait for the disk.
    settled = not is_open(owner)
    project = owner.experiment.project
    with quotas.receive(project, source, limit=settings.MAX_ARTIFACT_BYTES, settled=settled) as received:
        if known and known.sha256 == received.sha256 and storage.exists(known.sha256):
            return known
        if frozen:
            raise _frozen(frozen, path)
        file = received.keep()
    return add(owner, path, file, by=by)


def ensure_free(owner: Owner, path: str) -> None:
    """Raise UnusablePath, InTheWay or Frozen where a file could not be stored at a path now."""
    _fitting(owner, artifact_paths.plain(path))
    if version := frozen_by(owner, path):
        raise _frozen(version, path)


@transaction.atomic
def add(owner: Owner, path: str, file: StoredFile, *, by: User) -> Artifact:
    """Write down a stored file under a run or a logged model, in the place of one that had its path."""
    lock(owner)
    if version := frozen_by(owner, path):
        raise _frozen(version, path)
    before = _fitting(owner, path)
    if before and before.sha256 == file.sha256:
        return before
    said = {"sha256": before.sha256, "size": before.size} if before else {}
    project = owner.experiment.project
    if not _keeps(project, file.sha256):
        quotas.count(project, file.size)
    artifact = before or Artifact(**_under(owner), path=path)
    artifact.sha256, artifact.size, artifact.stored_by, artifact.stored_at = file.sha256, file.size, by, timezone.now()
    artifact.save()
    if isinstance(owner, Run):
        open_runs.hear(owner)
    if not is_open(owner):
        after = {"sha256": file.sha256, "size": file.size}
        _record(Action.ARTIFACT_STORED, owner, path, by=by, before=said, after=after)
    return artifact


@transaction.atomic
def remove(owner: Owner, path: str, *, by: User) -> int:
    """Take a file or a whole folder away and say how many files went; raises NoSuchArtifact or Frozen."""
    lock(owner)
    _ensure_kept(owner)
    if version := frozen_by(owner, path):
        raise _frozen(version, path or "its folder")
    gone = list(below(owner, path))
    if not gone:
        raise NoSuchArtifact(f"There is no file {path!r} here.")
    if not is_open(owner):
        files = [{"path": artifact.path, "sha256": artifact.sha256} for artifact in gone]
        _record(Action.ARTIFACT_REMOVED, owner, path or "all files", by=by, before={"files": files})
    Artifact.objects.filter(pk__in=[artifact.pk for artifact in gone]).delete()
    return len(gone)


def find(owner: Owner, path: str) -> Artifact:
    """The file at a path; raises NoSuchArtifact."""
    artifact = _at(owner, path)
    if artifact is None:
        raise NoSuchArtifact(f"There is no file {path[:200]!r} under {_called(owner)}.")
    return artifact


def below(owner: Owner, path: str) -> list[Artifact]:
    """The file at a path, or every file in the folder of that path."""
    if not path:
        return list(Artifact.objects.filter(**_under(owner)))
    found = [statements.record(Artifact, row) for row in _around(type(owner), 1).all(owner.pk, path, f"{path}/")]
    # SQLite takes no notice of capitals there.
    return [file for file in found if file.path == path or file.path.startswith(f"{path}/")]


def listing(owner: Owner, path: str) -> list[Entry]:
    """What lies directly in a folder, sorted by name; nothing for a file and for a folder that is not there."""
    start = f"{path}/" if path else ""
    files = Artifact.objects.filter(**_under(owner), path__startswith=start).values_list("path", "size")
    entries: dict[str, Entry] = {}
    for file, size in files:
        if file.startswith(start):
            name, slash, _ = file[len(start) :].partition("/")
            entries[name] = Entry(name, bool(slash), 0 if slash else size)
    return sorted(entries.values(), key=lambda entry: entry.name)


def is_open(owner: Owner) -> bool:
    """Whether its script still adds to it, so that its end will account for its files in one journal line."""
    return owner.status == LoggedModel.Status.PENDING if isinstance(owner, LoggedModel) else owner.is_open


def frozen_by(owner: Owner, path: str) -> ModelVersion | None:
    """The registered version whose folder a path lies in or holds, if any: its files never change."""
    versions = ModelVersion.objects.select_related("model").only("number", "source", "model__name")
    for version in _VERSIONS_OF_MODEL.all(owner.pk) if isinstance(owner, LoggedModel) else _freezing(owner, path):
        return versions.get(pk=version[0])
    return None


def _freezing(run: Run, path: str) -> Iterator[statements.Row]:
    for version in _VERSIONS_OF_RUN.all(run.pk):
        folder = _folder(run, version[1])
        if folder is None:
            continue
        if not path or not folder or f"{path}/".startswith(f"{folder}/") or folder.startswith(f"{path}/"):
            yield version


def _folder(run: Run, source: str) -> str | None:
    """Which folder of a run a version's source means; None where it means none of this run."""
    for root in (f"runs:/{run.run_id}", root_of(run)):
        if source == root or source.startswith(f"{root}/"):
            return source[len(root) :].strip("/")
    return None


def _owner(kind: type[_Kind], row: statements.Row, project: Project) -> _Kind:
    own = len(statements.columns(kind))
    owner = statements.record(kind, row[:own])
    owner.experiment = statements.record(Experiment, row[own:])
    owner.experiment.project = project
    return owner


def _under(owner: Owner) -> dict[str, Any]:  # Any: the value of a field, as querysets take it
    return {"logged_model": owner} if isinstance(owner, LoggedModel) else {"run": owner}


def _at(owner: Owner, path: str) -> Artifact | None:
    return Artifact.objects.filter(**_under(owner), path=path).first()


def _keeps(project: Project, sha256: str) -> bool:
    return _KEPT.first(sha256, project.pk) is not None


def lock(owner: Owner) -> None:
    """Hold a run or a logged model until the transaction ends, so that none of its files changes meanwhile.

    Two writers of one path, and a version that is being registered from the folder, come one after the other. The owner
    says from then on how it stands now: its script may have ended, or somebody deleted it, while a large file arrived.
    """
    if found := _LOCKS[type(owner)].first(owner.pk):
        owner.status, owner.deleted_at = found


def _called(owner: Owner) -> str:
    return f"the logged model {owner.name}" if isinstance(owner, LoggedModel) else f"the run {owner.name}"


def _frozen(version: ModelVersion, path: str) -> Frozen:
    return Frozen(
        f"{path} cannot change, because it belongs to {version}, and a registered version never changes. "
        "Log a new model and register that."
    )


def _ensure_kept(owner: Owner) -> None:
    if owner.deleted_at is not None:
        raise InTheWay(f"{_called(owner).capitalize()} is deleted. Restore it before you change its files.")


def _fitting(owner: Owner, path: str) -> Artifact | None:
    """The file that has the path now, if any; raises InTheWay where a folder has it, or a file that lies above it."""
    _ensure_kept(owner)
    parts = path.split("/")
    above = ["/".join(parts[:length]) for length in range(1, len(parts))]
    around = _around(type(owner), len(parts)).all(owner.pk, *above, path, f"{path}/")
    for file in (statements.record(Artifact, row) for row in around):
        if file.path == path:
            return file
        if file.path in above:
            raise InTheWay(f"{file.path} is a file, so that nothing can lie below it. Choose another path.")
        if file.path.startswith(f"{path}/"):
            raise InTheWay(f"{path} is a folder with files in it. Choose another path.")
    return None


@cache
def _around(kind: type[Owner], depth: int) -> Statement:
    """The files at a path of so many parts, above it and below it."""
    field = "logged_model" if kind is LoggedModel else "run"

    def build(owner: int, *paths: str) -> statements.Rows:
        below = Q(path__startswith=Value(paths[-1]))
        files = Artifact.objects.filter(Q(path__in=paths[:-1]) | below, **{field: owner})
        return files.order_by("path").values_list(*statements.columns(Artifact))

    return Statement(build, -1, *(f"part {number}" for number in range(depth)), "folder/")


def _record(
    action: Action,
    owner: Owner,
    path: str,
    *,
    by: User,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    label = f"{path} of {_called(owner)}"
    record(action, by=by, on=owner, chain=owner.experiment.project.chain, label=label, before=before, after=after)
