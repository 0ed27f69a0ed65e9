"""Keep the files that runs and logged models gather: their bytes under a digest, their names in rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data import storage
from data.services import quotas
from data.storage import StoredFile
from registry import artifact_paths
from registry.artifact_paths import Place
from registry.models import Artifact, LoggedModel, ModelVersion, Run

Owner = Run | LoggedModel


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
    run = Run.objects.select_related("experiment").filter(experiment__project=project, run_id=run_id).first()
    if run is None:
        raise NoSuchArtifact(f"There is no run {run_id[:40]} in the project.")
    return run


def logged_model_of(project: Project, model_id: str) -> LoggedModel:
    """A logged model of the project; raises NoSuchArtifact."""
    models = LoggedModel.objects.select_related("experiment").filter(experiment__project=project)
    model = models.filter(model_id=model_id).first()
    if model is None:
        raise NoSuchArtifact(f"There is no logged model {model_id[:40]} in the project.")
    return model


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
    _lock(owner)
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
    if not is_open(owner):
        after = {"sha256": file.sha256, "size": file.size}
        _record(Action.ARTIFACT_STORED, owner, path, by=by, before=said, after=after)
    return artifact


@transaction.atomic
def remove(owner: Owner, path: str, *, by: User) -> int:
    """Take a file or a whole folder away and say how many files went; raises NoSuchArtifact or Frozen."""
    _lock(owner)
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
    files = Artifact.objects.filter(**_under(owner))
    if not path:
        return list(files)
    found = files.filter(Q(path=path) | Q(path__startswith=f"{path}/"))
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
    versions = ModelVersion.objects.select_related("model").only("number", "source", "model__name").order_by("pk")
    if isinstance(owner, LoggedModel):
        return versions.filter(logged_model=owner).first()
    for version in versions.filter(run=owner, logged_model__isnull=True).exclude(source=""):
        folder = _folder(owner, version.source)
        if folder is not None and (not path or not folder or f"{path}/".startswith(f"{folder}/")):
            return version
        if folder and folder.startswith(f"{path}/"):
            return version
    return None


def _folder(run: Run, source: str) -> str | None:
    """Which folder of a run a version's source means; None where it means none of this run."""
    for root in (f"runs:/{run.run_id}", root_of(run)):
        if source == root or source.startswith(f"{root}/"):
            return source[len(root) :].strip("/")
    return None


def _under(owner: Owner) -> dict[str, Any]:  # Any: the value of a field, as querysets take it
    return {"logged_model": owner} if isinstance(owner, LoggedModel) else {"run": owner}


def _at(owner: Owner, path: str) -> Artifact | None:
    return Artifact.objects.filter(**_under(owner), path=path).first()


def _keeps(project: Project, sha256: str) -> bool:
    files = Artifact.objects.filter(sha256=sha256)
    ours = Q(run__experiment__project=project) | Q(logged_model__experiment__project=project)
    return files.filter(ours).exists()


def _lock(owner: Owner) -> None:
    # Two writers of one path, and a version that is being registered from the folder, come one after the other.
    type(owner)._default_manager.select_for_update().only("pk").get(pk=owner.pk)


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
    around = Artifact.objects.filter(Q(path__in=[*above, path]) | Q(path__startswith=f"{path}/"), **_under(owner))
    for file in around.order_by("path"):
        if file.path == path:
            return file
        if file.path in above:
            raise InTheWay(f"{file.path} is a file, so that nothing can lie below it. Choose another path.")
        if file.path.startswith(f"{path}/"):
            raise InTheWay(f"{path} is a folder with files in it. Choose another path.")
    return None


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
