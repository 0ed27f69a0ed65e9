"""Where a version's files lie: what MLflow's clients call its source, read against the project's own records."""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from django.db.models import Max

from canvas.models import Project
from registry import artifact_paths
from registry.artifact_paths import UnusablePath
from registry.models import Artifact, LoggedModel, ModelVersion, Run
from registry.services import artifacts
from registry.services.artifacts import NoSuchArtifact, Owner

LONGEST = 1_000
MODEL_ID = re.compile(r"m-[0-9a-f]{32}")
RUN_ID = re.compile(r"[0-9a-f]{32}")
_VERSION = re.compile(r"(?P<name>[^/:]+)/(?P<number>\d{1,10})")
_BY_ALIAS = re.compile(r"(?P<name>[^/:@]+)@(?P<alias>[\w-]+)")
_OF_MODEL = re.compile(r"(?P<experiment>\d+)/models/(?P<model>m-[0-9a-f]{32})/artifacts(?:/(?P<folder>.*))?")
_OF_RUN = re.compile(r"(?P<experiment>\d+)/(?P<run>[0-9a-f]{32})/artifacts(?:/(?P<folder>.*))?")


class InvalidSource(ValueError):
    """No version can be registered from this source; the message says why, for people."""


@dataclass(frozen=True)
class Source:
    """A folder of files under one logged model, or under one run, and the run that it came out of."""

    text: str
    """How the version names it, by ids that never change."""
    folder: str
    logged_model: LoggedModel | None = None
    run: Run | None = None

    @property
    def owner(self) -> Owner:
        """Whose files they are."""
        owner = self.logged_model or self.run
        assert owner is not None  # noqa: S101  one of the two is always there
        return owner

    @cached_property
    def artifacts(self) -> list[Artifact]:
        """The files in the folder, as they were when they were first asked for."""
        return self.artifacts_now()

    def artifacts_now(self) -> list[Artifact]:
        """The files in the folder."""
        return [one for one in artifacts.below(self.owner, self.folder) if one.path != self.folder]

    def inside(self, artifact: Artifact) -> str:
        """The path of one of the files, below the folder."""
        return artifact.path.removeprefix(f"{self.folder}/") if self.folder else artifact.path

    def lock(self) -> None:
        """Hold the owner of the files, so that none of them changes before the transaction ends."""
        artifacts.lock(self.owner)


def find(project: Project, source: str, *, run_id: str = "", model_id: str = "") -> Source:
    """The folder that a source names among the project's own; raises InvalidSource for anything else.

    Files, other hosts and what other projects hold are refused alike. `run_id` and `model_id` have to fit the source.
    """
    if len(source) > LONGEST:
        raise InvalidSource(f"A source has at most {LONGEST:,} characters; this has {len(source):,}.")
    kind, _, rest = source.partition(":/")
    readers = {"models": _of_models, "runs": _of_runs, "mlflow-artifacts": _of_artifacts}
    if kind not in readers or rest.startswith("/"):
        raise InvalidSource(
            f"Invalid model version source: “{source[:200]}”. A version is registered from models:/<model id>, "
            "models:/<name>/<version>, runs:/<run id>/<path>, or this server's mlflow-artifacts:/ address."
        )
    found = readers[kind](project, rest)
    _ensure_fits(found, run_id=run_id, model_id=model_id)
    if found.run is None and run_id:
        found = Source(found.text, found.folder, found.logged_model, _run(project, run_id))
    return found


def root_of(version: ModelVersion) -> str:
    """The address under which MLflow's clients find a version's files; empty for one that is a single file."""
    folder = folder_of(version)
    if version.logged_model:
        root = artifacts.root_of(version.logged_model)
    elif version.run and version.source:
        root = artifacts.root_of(version.run)
    else:
        return ""
    return f"{root}/{folder}" if folder else root


def folder_of(version: ModelVersion) -> str:
    """The folder that a version's files lie in, below the root of its run or logged model."""
    kind, _, rest = version.source.partition(":/")
    if kind == "runs":
        return rest.partition("/")[2]
    return rest.partition("/artifacts/")[2] if kind == "mlflow-artifacts" else ""


def _of_models(project: Project, rest: str) -> Source:
    if MODEL_ID.fullmatch(rest):
        return _of_logged_model(_logged_model(project, rest), "")
    live = ModelVersion.objects.live().filter(model__project=project)
    if found := _VERSION.fullmatch(rest):
        live = live.filter(model__name=found["name"], number=int(found["number"]))
    elif found := _BY_ALIAS.fullmatch(rest):
        live = live.filter(model__name=found["name"], aliases__name=found["alias"])
    else:
        raise InvalidSource(f"“models:/{rest[:200]}” names neither a logged model nor a version.")
    version = live.select_related("logged_model__experiment", "logged_model__source_run", "run__experiment").first()
    if version is None:
        raise InvalidSource(f"There is no version “models:/{rest[:200]}” in {project.name}.")
    if not version.source:
        raise InvalidSource(f"{version} was uploaded as one file. Upload that file again to register it elsewhere.")
    return Source(version.source, folder_of(version), version.logged_model, version.run)


def _of_runs(project: Project, rest: str) -> Source:
    run_id, _, folder = rest.partition("/")
    run = _run(project, run_id)
    for tried in dict.fromkeys([folder.strip("/"), unquote(folder).strip("/")]):
        _ensure_plain(tried)
        found = Source(f"runs:/{run.run_id}/{tried}".rstrip("/"), tried, run=run)
        if tried and found.artifacts:
            return found
    # What `log_model` of today saves lies under a logged model of that name.
    logged = LoggedModel.objects.filter(source_run=run, name=folder.strip("/"), deleted_at=None)
    latest = logged.annotate(step=Max("run_links__step")).order_by("-step", "-pk").first()
    if latest is None:
        raise InvalidSource(f"Unable to find a logged_model with artifact_path {folder} under run {run_id}.")
    return _of_logged_model(_logged_model(project, latest.model_id), "")


def _of_artifacts(project: Project, rest: str) -> Source:
    if found := _OF_MODEL.fullmatch(rest):
        owner: Owner = _logged_model(project, found["model"])
    elif found := _OF_RUN.fullmatch(rest):
        owner = _run(project, found["run"])
    if found is None or found["experiment"] != owner.experiment.mlflow_id:
        raise InvalidSource(f"“mlflow-artifacts:/{rest[:200]}” is no run's and no logged model's address.")
    root = artifacts.root_of(owner)
    source = _of_logged_model(owner, "") if isinstance(owner, LoggedModel) else Source("", "", run=owner)
    folder = (found["folder"] or "").strip("/")
    for tried in dict.fromkeys([folder, unquote(folder)]):
        _ensure_plain(tried)
        text = f"{root}/{tried}" if tried else root
        at = Source(text, tried, source.logged_model, source.run)
        if at.artifacts:
            return at
    raise InvalidSource(f"There are no files under “mlflow-artifacts:/{rest[:200]}”. Log the model first.")


def _of_logged_model(model: LoggedModel, folder: str) -> Source:
    if model.status == LoggedModel.Status.UPLOAD_FAILED:
        raise InvalidSource(f"The upload of {model.name} failed, so its files are not whole. Log the model again.")
    if model.status == LoggedModel.Status.PENDING:
        raise InvalidSource(f"{model.name} is still being uploaded. Finalize the logged model, then register it.")
    return Source(f"models:/{model.model_id}", folder, model, model.source_run)


def _logged_model(project: Project, model_id: str) -> LoggedModel:
    found = LoggedModel.objects.filter(experiment__project=project, model_id=model_id, deleted_at=None)
    model = found.select_related("experiment", "source_run__experiment", "created_by").first()
    if model is None:
        raise InvalidSource(f"There is no logged model {model_id} in {project.name}.")
    return model


def _run(project: Project, run_id: str) -> Run:
    # Whatever else is sent is as absent as an id that nobody has.
    with suppress(NoSuchArtifact):
        run = artifacts.run_of(project, run_id)
        if run.deleted_at is None and RUN_ID.fullmatch(run_id):
            return run
    raise InvalidSource(f"There is no run {run_id[:80]} in {project.name}.")


def _ensure_fits(source: Source, *, run_id: str, model_id: str) -> None:
    if model_id and (source.logged_model is None or source.logged_model.model_id != model_id):
        raise InvalidSource(f"The source does not lie under the logged model {model_id[:80]} that is named beside it.")
    if run_id and source.run is not None and source.run.run_id != run_id:
        raise InvalidSource(f"The source did not come out of the run {run_id[:80]} that is named beside it.")


def _ensure_plain(folder: str) -> None:
    if not folder:
        return
    try:
        artifact_paths.plain(folder)
    except UnusablePath as reason:
        raise InvalidSource(f"Invalid model version source: {reason}") from reason
