"""How the worker reads a model's steps: the light part, which the web process loads too."""

from collections.abc import Callable

from jobs.handlers import Progress
from jobs.models import Job
from registry.models import ModelOutline
from registry.services import outlines

CANCELLED = "Somebody stopped the reading before it ended. Ask for it again when the steps are wanted."


class OutlineHandler:
    """The jobs of kind "outline"."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Read the steps in the sandbox, and return what keeps them."""
        # Only a worker needs what runs models.
        from evaluation import outline_runner  # noqa: PLC0415

        return outline_runner.run(_of(job), progress)

    def on_failure(self, job: Job, reason: str) -> None:
        """Keep why there are no steps, and what is written beside the file."""
        outlines.report_unread(_of(job).version, reason, failed=True)

    def on_cancel(self, job: Job) -> None:
        """Keep that nobody wanted the steps any more."""
        outlines.report_unread(_of(job).version, CANCELLED, failed=True)


def _of(job: Job) -> ModelOutline:
    return ModelOutline.objects.select_related("version__model__project", "version__run").get(job=job)
