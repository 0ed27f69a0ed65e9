"""How the worker does a profile: the light part, which the web process loads too."""

from collections.abc import Callable

from data.models import DatasetProfile
from data.services import profiles
from jobs.handlers import Progress
from jobs.models import Job


class ProfileHandler:
    """The jobs of kind "profile"."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Look at every row, and return what saves the profile."""
        # Only a worker needs what reads and measures rows.
        from data import runner  # noqa: PLC0415

        return runner.run(_of(job), progress)

    def on_failure(self, job: Job, reason: str) -> None:
        """Write down why there is no profile."""
        profiles.fail(_of(job), reason)

    def on_cancel(self, job: Job) -> None:
        """Write down that nobody wants the profile any more."""
        profiles.cancel(_of(job))


def _of(job: Job) -> DatasetProfile:
    known = DatasetProfile.objects.select_related(
        "dataset__project", "dataset__schema", "dataset__labeling_method", "requested_by", "job"
    )
    return known.get(job=job)
