"""Files of runs and logged models, in and out: MLflow's artifact proxy and the addresses that its pages link to."""

from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, register_converter

from canvas.roles import Permission
from data import downloads
from registry import artifact_paths
from registry.artifact_paths import UnusablePath
from registry.mlflow_api import bodies
from registry.mlflow_api.door import Answer, Call, address
from registry.mlflow_api.errors import MlflowError
from registry.models import Artifact
from registry.services import artifacts, models, versions
from registry.services.artifacts import Entry, Owner


class AnyPath:
    """Takes whatever follows in an address, line breaks too, so that it is refused by us and with a reason."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        """The text as it is."""
        return value

    def to_url(self, value: str) -> str:
        """The text as it is."""
        return value


register_converter(AnyPath, "any")


def upload(call: Call, *, at: str) -> Answer:
    """Keep the body as the file at a path."""
    owner, inside = _wanted(call, at)
    artifacts.store(owner, inside, bodies.chunks(call.request), by=call.user)
    return {}


def download(call: Call, *, at: str) -> Answer:
    """Send the file at a path, or the part of it that is asked for."""
    owner, inside = _wanted(call, at)
    return send(call.request, artifacts.find(owner, inside))


def delete(call: Call, *, at: str) -> Answer:
    """Remove a file or a folder."""
    owner, inside = _wanted(call, at)
    artifacts.remove(owner, inside, by=call.user)
    return {}


def contents(call: Call) -> Answer:
    """What lies directly in a folder of the proxy, by name; nothing where there is no folder of the project's."""
    asked = call.sent.text("path")
    place = artifact_paths.place(asked.removesuffix("/")) if asked.strip("/") else None
    if place is None:
        return {}
    try:
        owner = artifacts.owner_of(call.project, place)
    except artifacts.NoSuchArtifact:
        return {}
    return {"files": [_file_info(entry, "") for entry in artifacts.listing(owner, place.path)]}


def of_run(call: Call) -> Answer:
    """What lies directly in a folder of a run, by its path below the run's root."""
    owner = artifacts.run_of(call.project, call.sent.text("run_id") or call.sent.required("run_uuid"))
    return _listed(owner, call.sent.text("path"))


def of_logged_model(call: Call, *, model_id: str) -> Answer:
    """What lies directly in a folder of a logged model, by its path below the model's root."""
    owner = artifacts.logged_model_of(call.project, model_id)
    return _listed(owner, call.sent.text("artifact_directory_path"))


def file_of_run(call: Call) -> Answer:
    """A file of a run, as links have it."""
    owner = artifacts.run_of(call.project, call.sent.text("run_id") or call.sent.required("run_uuid"))
    return send(call.request, artifacts.find(owner, artifact_paths.plain(call.sent.required("path"))))


def file_of_version(call: Call) -> Answer:
    """A file of a registered version, as links have it."""
    model = models.find(call.project, call.sent.required("name"))
    version = versions.find(model, call.sent.whole("version"))
    wanted = artifact_paths.plain(call.sent.required("path"))
    files = version.files or [
        {"path": version.artifact_name, "sha256": version.artifact_sha256, "size": version.artifact_size}
    ]
    for file in files:
        if file["path"] == wanted:
            name = wanted.rpartition("/")[2]
            return downloads.part_or_whole(call.request, file["sha256"], size=file["size"], file_name=name)
    raise artifacts.NoSuchArtifact(f"There is no file {wanted!r} in {version}.")


def no_addresses_elsewhere(call: Call, **parts: Any) -> Answer:
    """Every file goes through us, so that there is no address of another store to hand out."""
    raise MlflowError("NOT_IMPLEMENTED", "Files are sent and fetched through this server; it signs no other addresses.")


def send(request: HttpRequest, artifact: Artifact) -> HttpResponseBase:
    """A kept file as the answer to a request."""
    name = artifact.path.rpartition("/")[2]
    return downloads.part_or_whole(request, artifact.sha256, size=artifact.size, file_name=name)


def _wanted(call: Call, at: str) -> tuple[Owner, str]:
    _ensure_whole(call.request)
    # A folder may be named with a slash at its end; a file may not.
    place = artifact_paths.place(at.removesuffix("/") if call.request.method == "DELETE" else at)
    return artifacts.owner_of(call.project, place), place.path if place else ""


def _ensure_whole(request: HttpRequest) -> None:
    # A fragment is cut off before we see a path, and broken UTF-8 would come as text that only looks like a path.
    sent = request.META.get("RAW_URI", "")
    if "?" in sent and request.method == "PUT":
        raise UnusablePath("The path holds a question mark, at which clients cut a path off. Rename the file.")
    if "#" in sent:
        raise UnusablePath("The path holds a #, at which clients cut a path off. Write it as a name without #.")
    try:
        unquote_to_bytes(sent.partition("?")[0]).decode()
    except UnicodeError:
        raise UnusablePath("The path is not UTF-8. Rename the file.") from None


def _listed(owner: Owner, asked: str) -> Answer:
    inside = artifact_paths.plain(asked.rstrip("/")) if asked.strip("/") else ""
    entries = artifacts.listing(owner, inside)
    start = f"{inside}/" if inside else ""
    return {"root_uri": artifacts.root_of(owner), "files": [_file_info(entry, start) for entry in entries]}


def _file_info(entry: Entry, start: str) -> dict[str, object]:
    if entry.is_folder:
        return {"path": start + entry.name, "is_dir": True}
    return {"path": start + entry.name, "is_dir": False, "file_size": entry.size}


READ, WRITE = Permission.VIEW, Permission.REGISTER_MODELS
PROXY = "api/2.0/mlflow-artifacts"

ADDRESSES = [
    path(f"{PROXY}/artifacts", address(get=(READ, contents)), name="artifact-list"),
    path(
        f"{PROXY}/artifacts/<any:at>",
        address(get=(READ, download), put=(WRITE, upload), delete=(WRITE, delete)),
        name="artifact",
    ),
    path(f"{PROXY}/presigned/<any:at>", address(get=(READ, no_addresses_elsewhere)), name="artifact-presigned"),
    path(
        "api/2.0/mlflow/artifacts/presigned-upload-url",
        address(post=(WRITE, no_addresses_elsewhere)),
        name="artifact-presigned-upload",
    ),
    path(
        "api/2.0/mlflow/artifacts/presigned-download-url",
        address(post=(READ, no_addresses_elsewhere)),
        name="artifact-presigned-download",
    ),
    path("api/2.0/mlflow/artifacts/list", address(get=(READ, of_run)), name="run-artifact-list"),
    path(
        "api/2.0/mlflow/logged-models/<str:model_id>/artifacts/directories",
        address(get=(READ, of_logged_model)),
        name="logged-model-artifact-list",
    ),
    path("model-versions/get-artifact", address(get=(READ, file_of_version)), name="version-artifact-file"),
    path("get-artifact", address(get=(READ, file_of_run)), name="run-artifact-file"),
]
