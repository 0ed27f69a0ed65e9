"""Jobs, the kinds the tests offer, and a worker that works inside the test's own thread."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import factory

from canvas.models import Project
from jobs import handlers, runner
from jobs.handlers import Progress
from jobs.models import Job
from jobs.services import Lease
from tests.factories.canvas import ProjectFactory

KIND = "tests"


class JobFactory(factory.django.DjangoModelFactory[Job]):
    """A waiting job."""

    class Meta:
        model = Job

    project = factory.SubFactory(ProjectFactory)
    kind = KIND
    label = "Count the rows"
    requested_by = factory.SelfAttribute("project.created_by")


class RecordingHandler:
    """Does what it is told to do, and renames the project as its result, so that a test can see what was kept."""

    def __init__(self, work: Callable[[Job, Progress], Any] = lambda job, progress: None) -> None:
        self.work = work
        self.runs: list[int] = []
        self.failures: list[str] = []
        self.cancellations = 0

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        self.runs.append(job.attempt)
        self.work(job, progress)

        def save() -> None:
            project = Project.objects.get(pk=job.project_id)
            Project.objects.filter(pk=project.pk).update(purpose=f"{project.purpose}+{job.attempt}")

        return save

    def on_failure(self, job: Job, reason: str) -> None:
        self.failures.append(reason)

    def on_cancel(self, job: Job) -> None:
        self.cancellations += 1


@contextmanager
def offered(handler: handlers.Handler, kind: str = KIND) -> Iterator[None]:
    """A kind of job that only exists for one test."""
    handlers.HANDLERS[kind] = handler
    try:
        yield
    finally:
        del handlers.HANDLERS[kind]


class _InThisThread(runner.Supervision):
    """Beats whenever the handler reports: a test's transaction is invisible to a heartbeat in another thread."""

    def report(self, phase: str, percent: int) -> None:
        super().report(phase, percent)
        self.beat()
        self.stop_if_unwanted()


@contextmanager
def in_this_thread(lease: Lease) -> Iterator[runner.Supervision]:
    """Supervise a job without another thread."""
    yield _InThisThread(lease)


def work() -> int:
    """Run every due job to its end as a worker would, and say how many there were."""
    return runner.run_due(supervise=in_this_thread)
