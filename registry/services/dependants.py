"""Which versions depend on a run, a logged model or an experiment: what they stand on is not taken away."""

from django.db.models import Q

from registry.models import Experiment, LoggedModel, ModelVersion, Run

NAMED = 5


class InUse(Exception):
    """A version depends on it; the message names the version."""


def ensure_none(
    *, of_run: Run | None = None, of_logged_model: LoggedModel | None = None, of_experiment: Experiment | None = None
) -> None:
    """Raise InUse where a version that was not removed came out of it."""
    if names := named(of_run=of_run, of_logged_model=of_logged_model, of_experiment=of_experiment):
        what = "run" if of_run else "logged model" if of_logged_model else "experiment"
        raise InUse(f"This {what} cannot be deleted, because {names} came out of it. Remove the version first.")


def named(
    *, of_run: Run | None = None, of_logged_model: LoggedModel | None = None, of_experiment: Experiment | None = None
) -> str:
    """The versions that came out of it and were not removed, for people; empty where there is none."""
    if of_run is not None:
        stands = Q(run=of_run) | Q(logged_model__source_run=of_run)
    elif of_logged_model is not None:
        stands = Q(logged_model=of_logged_model)
    else:
        stands = Q(run__experiment=of_experiment) | Q(logged_model__experiment=of_experiment)
    found = ModelVersion.objects.live().filter(stands).select_related("model").order_by("model__name", "number")
    versions = list(dict.fromkeys(str(version) for version in found[: NAMED + 1]))
    return ", ".join(versions[:NAMED]) + (" and others" if len(versions) > NAMED else "")
