"""How a worker measures the agreement in a large table of labels."""

from collections.abc import Callable

from data import storage
from data.models import LabelAgreement
from data.services import agreements
from data.tables import BadTable
from jobs.handlers import PermanentFailure, Progress
from jobs.models import Job


class AgreementHandler:
    """Measures agreement, and writes down how that ended."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Measure, and return what saves the figures."""
        try:
            return agreements.computed(_of(job), progress.report)
        except (BadTable, storage.Missing) as reason:
            raise PermanentFailure(str(reason)) from reason

    def on_failure(self, job: Job, reason: str) -> None:
        """Write down why there are no figures."""
        agreements.record_failure(_of(job), reason)

    def on_cancel(self, job: Job) -> None:
        """Write down that nobody wants the figures any more."""
        agreements.record_cancel(_of(job))


def _of(job: Job) -> LabelAgreement:
    return LabelAgreement.objects.select_related("project", "method", "measured_by").get(job=job)
