"""How a worker holds a snapshot against a schema."""

from collections.abc import Callable
from functools import partial

from data import storage
from data.frames import column_names
from data.models import SchemaCheck
from data.rows import path_of
from data.services import checks, schemas
from data.tables import BadTable
from jobs.handlers import PermanentFailure, Progress
from jobs.models import Job


class SchemaCheckHandler:
    """The jobs of kind "schema-check"."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Read all rows; the returned function keeps what was found."""
        # Only a worker needs pandera, which takes a second to load and memory for good.
        from data.checking.holding import hold  # noqa: PLC0415

        check = _check_of(job)
        dataset = check.dataset
        progress.report("Opening the file", 1)

        def tell(rows: int) -> None:
            progress.report(f"{rows:,} of {dataset.rows:,} rows read", min(98, 1 + 97 * rows // max(dataset.rows, 1)))

        try:
            with path_of(dataset) as path:
                present = column_names(path, dataset.file_format)
                outcome = hold(path, dataset.file_format, schemas.drafts_of(check.schema), present, tell=tell)
        except (storage.Missing, BadTable) as reason:
            raise PermanentFailure(str(reason)) from reason
        return partial(checks.finish, check, outcome)

    def on_failure(self, job: Job, reason: str) -> None:
        """Say in the journal that it failed."""
        checks.fail(_check_of(job), reason)

    def on_cancel(self, job: Job) -> None:
        """The journal says already that somebody cancelled; nothing was kept."""


def _check_of(job: Job) -> SchemaCheck:
    return SchemaCheck.objects.select_related("dataset__project", "schema", "checked_by").get(job=job)
