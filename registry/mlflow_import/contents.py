"""What a server holds, as far as somebody has to know to choose: names and counts, asked within a few seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from outside import sealing
from registry.mlflow_api.wire import Malformed
from registry.mlflow_import import readers
from registry.mlflow_import.remote import Absent, Away, Denied, NotMlflow, NotOffered, Refused, Remote
from registry.models import MlflowServer

MOST = 1_000
MOST_COUNTED = 200
SECONDS = 8.0
PROMPT = "mlflow.prompt.is_prompt"


class NotReadable(Exception):
    """A server could not be asked now; the message says why and what to check, for people."""


@dataclass(frozen=True)
class ExperimentThere:
    """An experiment with the number of its runs; None where there was no time to count, and MOST_COUNTED for more."""

    experiment_id: str
    name: str
    runs: int | None

    @property
    def has_more(self) -> bool:
        """Whether there are at least as many as were counted."""
        return self.runs is not None and self.runs >= MOST_COUNTED


@dataclass(frozen=True)
class ModelThere:
    """A registered model with the number of its latest version."""

    name: str
    description: str
    latest: int


@dataclass(frozen=True)
class Contents:
    """What can be chosen."""

    version: str
    experiments: list[ExperimentThere]
    models: list[ModelThere]


def preview(server: MlflowServer) -> Contents:
    """What a server holds now; raises NotReadable."""
    with _asking(server) as remote:
        return look(remote)


def greet(server: MlflowServer) -> str:
    """What a server says when it is asked who it is and whether we may read there; raises NotReadable."""
    with _asking(server) as remote:
        _first_page(remote, "experiments/search", "experiments")
        version = remote.version()
    return f"{server.url} answers as {f'MLflow {version}' if version else 'an MLflow server'}, and lets us read."


@contextmanager
def _asking(server: MlflowServer) -> Iterator[Remote]:
    """A conversation while a person waits: without patience, and with every refusal as one."""
    try:
        with Remote(server.url, secret=sealing.unseal(server.token), seconds=5, is_patient=False) as remote:
            yield remote
    except (Absent, Away, Denied, NotMlflow, NotOffered, Refused, sealing.Unreadable) as reason:
        raise NotReadable(str(reason)) from reason


def look(remote: Remote) -> Contents:
    """The experiments and models of a server; raises as Remote does."""
    try:
        found = [readers.experiment(sent) for sent in _first_page(remote, "experiments/search", "experiments")]
        registered = _models(remote)
    except Malformed as reason:
        raise NotMlflow(f"{remote.host} does not answer as an MLflow server does: {reason}") from reason
    until = time.monotonic() + SECONDS
    experiments = [
        ExperimentThere(one.experiment_id, one.name, _runs(remote, one.experiment_id, until)) for one in found
    ]
    return Contents(remote.version(), experiments, registered)


def every(remote: Remote) -> tuple[list[readers.RemoteExperiment], list[str]]:
    """All active experiments and the names of all models; raises as Remote does, and Malformed."""
    experiments = [
        readers.experiment(sent)
        for page in remote.pages("POST", "experiments/search", "experiments", max_results=MOST, view_type="ACTIVE_ONLY")
        for sent in page
    ]
    models = [
        readers.model(sent)
        for page in remote.pages("GET", "registered-models/search", "registered_models", max_results=MOST)
        for sent in page
    ]
    return experiments, [one.name for one in models if one.tags.get(PROMPT) != "true"]


def _first_page(remote: Remote, path: str, key: str) -> list[dict[str, object]]:
    return next(remote.pages("POST", path, key, max_results=MOST, view_type="ACTIVE_ONLY"))


def _models(remote: Remote) -> list[ModelThere]:
    sent = next(remote.pages("GET", "registered-models/search", "registered_models", max_results=MOST))
    found = []
    for one in sent:
        model = readers.model(one)
        if model.tags.get(PROMPT) == "true":
            continue
        latest = one.get("latest_versions")
        numbers = [readers.version(version).number for version in latest] if isinstance(latest, list) else []
        found.append(ModelThere(model.name, model.description, max(numbers, default=0)))
    return found


def _runs(remote: Remote, experiment_id: str, until: float) -> int | None:
    if time.monotonic() > until:
        return None
    answer = remote.post("runs/search", experiment_ids=[experiment_id], max_results=MOST_COUNTED)
    runs = answer.get("runs", [])
    return len(runs) if isinstance(runs, list) else None
