"""How the worker does an evaluation: the light part, which the web process loads too."""

from collections.abc import Callable

from evaluation.models import EvaluationJob
from evaluation.services import results
from jobs.handlers import Progress
from jobs.models import Job


class EvaluationHandler:
    """Runs evaluations, and writes down how they ended."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Measure, and return what saves the results."""
        # scikit-learn's, Altair's and the sandbox's modules are only wanted in a worker: the web process, which knows
        # this handler too, stays some hundred megabytes smaller without them.
        from evaluation import runner  # noqa: PLC0415

        return runner.run(_of(job), progress)

    def on_failure(self, job: Job, reason: str) -> None:
        """Write down why there are no results."""
        results.record_failure(_of(job), reason)

    def on_cancel(self, job: Job) -> None:
        """Write down that nobody wants the results any more."""
        results.record_cancel(_of(job))


def _of(job: Job) -> EvaluationJob:
    known = EvaluationJob.objects.select_related("project", "dataset__schema", "version__model__project", "job")
    return known.get(job=job)
