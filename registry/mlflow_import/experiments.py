"""Take over experiments."""

from registry.mlflow_import import readers
from registry.mlflow_import.readers import RemoteExperiment
from registry.mlflow_import.taking import Kind, Taking
from registry.models import Experiment
from registry.services import experiments

MOST_NAMES = 100


def take(taking: Taking, there: RemoteExperiment) -> Experiment:
    """The experiment of ours that stands for one there; made under another name where this one is taken."""
    record = taking.record_of(Kind.EXPERIMENT, there.experiment_id)
    if record is None:
        record = taking.begin(Kind.EXPERIMENT, there.experiment_id, lambda: str(_make(taking, there).pk))
        taking.complete(record)
    taking.count_taken(record)
    return Experiment.objects.get(pk=record.local_id)


def find(taking: Taking, experiment_id: str) -> Experiment:
    """The experiment of ours for an id there, asked for where it was not taken over yet."""
    if record := taking.record_of(Kind.EXPERIMENT, experiment_id):
        return Experiment.objects.get(pk=record.local_id)
    answer = taking.remote.get("experiments/get", experiment_id=experiment_id)
    return take(taking, readers.experiment(answer.get("experiment") or {}))


def _make(taking: Taking, there: RemoteExperiment) -> Experiment:
    for name in _names(there.name, taking.remote.host):
        try:
            made = experiments.create(taking.project, name=name, by=taking.by, tags=there.tags)
        except experiments.ExperimentNameTaken:
            continue
        if name != there.name:
            taking.problem(
                f"Experiment {there.name}", f"It is called “{name}” here, because this project has one of that name."
            )
        return made
    raise experiments.ExperimentNameTaken(f"There are {MOST_NAMES} experiments called {there.name} here.")


def _names(name: str, host: str) -> list[str]:
    elsewhere = f"{name[:400]} (from {host[:80]})"
    return [name, elsewhere, *(f"{elsewhere} {number}" for number in range(2, MOST_NAMES))]
