"""Take over files: listed folder by folder, streamed one by one, and left alone where they are here already.

A listing there has a path and a size for each file, and neither a date nor a digest. So what was taken while a script
was still going is taken once more after its end, and compared by its SHA-256; what was taken since is left alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from data.storage import TooLarge
from registry.artifact_paths import UnusablePath
from registry.mlflow_api.wire import Malformed, Message
from registry.mlflow_import.remote import API, PROXY, Absent, NotMlflow, NotOffered, Remote, TooMuch, escaped
from registry.mlflow_import.taking import Taking
from registry.models import Artifact, LoggedModel
from registry.services import artifacts
from registry.services.artifacts import Owner

DEEPEST = 30
MOST_FILES = 20_000


@dataclass(frozen=True)
class Entry:
    """One line of a listing: a path below the root."""

    path: str
    is_folder: bool
    size: int


@dataclass(frozen=True)
class Root:
    """Where the files of a run or a logged model lie there; one of the two ids is set."""

    uri: str
    run_id: str = ""
    model_id: str = ""

    @property
    def proxied(self) -> str:
        """The path at which its server hands the files out itself; empty where it only knows where they lie."""
        parts = urlsplit(self.uri)
        return parts.path.strip("/") if parts.scheme == "mlflow-artifacts" else ""


def take(taking: Taking, owner: Owner, root: Root, *, what: str, settled_at: datetime | None) -> bool:
    """Store every file of a root that is not here as it is there, and say whether all are.

    `settled_at` is since when nothing was added there, or None while something may be: then a file of the same size is
    taken for the same. What cannot be stored is a problem.
    """
    is_whole = True
    rows = Artifact.objects.filter(**_under(owner)).values_list("path", "size", "stored_at")
    here = {path: (size, stored_at) for path, size, stored_at in rows}
    for number, entry in enumerate(_files(taking.remote, root), start=1):
        if number > MOST_FILES:
            taking.problem(what, f"It has more than {MOST_FILES:,} files; the others were left there.")
            return False
        size, stored_at = here.get(entry.path, (None, None))
        if size == entry.size and (settled_at is None or (stored_at and stored_at >= settled_at)):
            continue
        taking.say(f"{what}: {entry.path}")
        if reason := _store(taking, owner, root, entry, may_be_same=size == entry.size):
            taking.problem(f"{what}: {entry.path}", reason)
            taking.incomplete.add((_kind(owner), str(owner.pk), entry.path))
            is_whole = False
    return is_whole


def are_whole(taking: Taking, owner: Owner, folder: str) -> bool:
    """Whether every file below a folder came over in this sync or an earlier one."""
    start = f"{folder}/" if folder else ""
    return not any(
        kind == _kind(owner) and pk == str(owner.pk) and path.startswith(start) for kind, pk, path in taking.incomplete
    )


def _store(taking: Taking, owner: Owner, root: Root, entry: Entry, *, may_be_same: bool) -> str:
    """Why a file could not be stored; empty where it is here now."""
    address, params = _address(root, entry.path)
    try:
        # The same bytes may lie under a version already, which no others may.
        if not may_be_same:
            artifacts.ensure_free(owner, entry.path)
        with taking.remote.download(address, limit=settings.MAX_ARTIFACT_BYTES, **params) as stream:
            artifacts.store(owner, entry.path, stream.chunks, by=taking.by)
    except (Absent, NotOffered):
        return "It is listed there, and is not there when it is asked for."
    except (UnusablePath, artifacts.InTheWay, artifacts.Frozen, TooLarge, TooMuch) as reason:
        return str(reason)
    return ""


def _files(remote: Remote, root: Root) -> Iterator[Entry]:
    waiting, asked = [("", 0)], 0
    while waiting and asked < MOST_FILES:
        folder, depth = waiting.pop()
        asked += 1
        for entry in _listed(remote, root, folder):
            if not entry.is_folder:
                yield entry
            elif depth < DEEPEST:
                waiting.append((entry.path, depth + 1))


def _listed(remote: Remote, root: Root, folder: str) -> list[Entry]:
    try:
        if root.proxied:
            path = f"{root.proxied}/{folder}".rstrip("/")
            answer = remote.ask_json(PROXY, path=path)
        elif root.model_id:
            answer = remote.get(f"logged-models/{root.model_id}/artifacts/directories", artifact_directory_path=folder)
        else:
            answer = remote.get("artifacts/list", run_id=root.run_id, path=folder)
    except (Absent, NotOffered):
        return []
    try:
        found = [
            Entry(one.required("path"), one.flag("is_dir"), one.whole("file_size"))
            for one in Message(answer).messages("files")
        ]
    except Malformed as reason:
        raise NotMlflow(f"{remote.host} lists files in a way that cannot be read. {reason}") from reason
    if root.proxied and folder:
        # The proxy names entries by themselves, the others from the root.
        return [Entry(f"{folder}/{one.path}", one.is_folder, one.size) for one in found]
    return found


def _address(root: Root, path: str) -> tuple[str, dict[str, str]]:
    if root.proxied:
        return f"{PROXY}/{escaped(f'{root.proxied}/{path}')}", {}
    if root.model_id:
        return f"/ajax-{API[1:]}logged-models/{root.model_id}/artifacts/files", {"artifact_file_path": path}
    return "/get-artifact", {"run_id": root.run_id, "path": path}


def _under(owner: Owner) -> dict[str, Owner]:
    return {"logged_model": owner} if isinstance(owner, LoggedModel) else {"run": owner}


def _kind(owner: Owner) -> str:
    return "logged_model" if isinstance(owner, LoggedModel) else "run"
