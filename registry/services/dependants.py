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
    if of_run is not None:
        what = "run"
        stands = Q(run=of_run) | Q(logged_model__source_run=of_run)
    elif of_logged_model is not None:
        what = "logged model"
        stands = Q(logged_model=of_logged_model)
    else:
        what = "experiment"
        stands = Q(run__experiment=of_experiment) | Q(logged_model__experiment=of_experiment)
    found = ModelVersion.objects.live().filter(stands).select_related("model").order_by("model__name", "number")
    if versions := list(dict.fromkeys(str(version) for version in found[: NAMED + 1])):
        names = ", ".join(versions[:NAMED]) + (" and others" if len(versions) > NAMED else "")
        raise InUse(f"This {what} cannot be deleted, because {names} came out of it. Remove the version first.")
