"""Every write to a measured agreement: measuring it, and deciding the rows on which labelers differ."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data import storage
from data.agreement.counting import disputed_rows
from data.agreement.measuring import Report, measure, silent
from data.dialects import readable
from data.frames import column_names
from data.label_codes import BadLabels, LabelTable, Layout
from data.label_tables import check_layout, read_labels, recognise
from data.models import DisputedRow, LabelAgreement, LabelingMethod
from data.tables import BadFileName, BadTable, check_file_name
from jobs import services as jobs

KIND = "agreement"
MOST_BYTES = 200 * 2**20
# What is measured while somebody waits: about a third of a second. Larger tables are measured by a worker.
CELLS_AT_ONCE = 100_000
# More rows than anybody settles by hand; the count on the page is always of all of them.
MOST_LISTED = 20_000
LONGEST_REASON = 400


class NotDecidable(Exception):
    """The row cannot be decided like this; `field` names the choice to change and the message says why, for people."""

    def __init__(self, message: str, field: str = "label") -> None:
        super().__init__(message)
        self.field = field


class StaleDecision(Exception):
    """Somebody decided the row in the meantime; `latest` is how it stands now."""

    def __init__(self, latest: DisputedRow) -> None:
        self.latest = latest
        given = f"“{latest.decided_label}”" if latest.decided_label else "that no label is right"
        super().__init__(
            f"{latest.decided_by} decided this row in the meantime: {given}. "
            "Nothing of yours is saved yet: compare, and save again."
        )


@dataclass(frozen=True)
class LabelFile:
    """A stored table of labels."""

    file_name: str
    sha256: str
    file_format: str
    rows: int


def receive_labels(source: BinaryIO | Iterable[bytes], *, file_name: str) -> LabelFile:
    """Store a CSV or Parquet file of labels once it is known to be a readable table; raises BadLabels."""
    try:
        name = check_file_name(file_name)
        with (
            storage.receive(source, limit=MOST_BYTES) as received,
            readable(received.path, name=name) as (path, facts, written_as),
        ):
            recognise(path, facts.file_format)
            # What is measured is what is kept: the copy in UTF-8 with commas, where the file is written otherwise.
            sha256 = _keep_copy(path) if written_as else received.keep().sha256
    except BadLabels:
        raise
    except (BadTable, BadFileName, storage.TooLarge) as reason:
        raise BadLabels(str(reason)) from reason
    return LabelFile(name, sha256, facts.file_format, facts.rows)


def measure_agreement(
    method: LabelingMethod, *, file: LabelFile, layout: Layout, by: User, seed: int | None = None
) -> LabelAgreement:
    """Measure how far the labelers of a stored table agree: at once, or by a job when the table is large.

    Raises BadLabels, and records nothing then.
    """
    with storage.local_path(file.sha256) as path:
        check_layout(layout, column_names(path, file.file_format))
    options = layout.as_stored() | {
        "file_format": file.file_format,
        "seed": secrets.randbelow(2**32) if seed is None else seed,
    }
    agreement = LabelAgreement(
        project=method.project,
        method=method,
        file_name=file.file_name,
        sha256=file.sha256,
        scale=layout.scale,
        key_column=layout.key_column,
        rows=file.rows,
        options=options,
        measured_by=by,
    )
    if file.rows * max(len(layout.labelers), 1) > CELLS_AT_ONCE:
        return _queue(agreement, by=by)
    save = computed(agreement)
    with transaction.atomic():
        _number(agreement)
        save()
    return agreement


def computed(agreement: LabelAgreement, report: Report = silent) -> Callable[[], None]:
    """Read and measure a table outside any transaction, and return what saves the results; raises BadLabels."""
    report("Reading the labels", 5)
    layout = Layout.stored(agreement.options)
    with storage.local_path(agreement.sha256) as path:
        table = read_labels(path, agreement.options["file_format"], layout)
    results = measure(table.ratings, table.labelers, seed=agreement.options["seed"], report=report)
    report("Rows to decide", 92)
    disputed = disputed_rows(table.ratings)
    rows = [
        DisputedRow(agreement=agreement, row_key=table.keys[row], labels=table.labels_of(int(row)))
        for row in disputed[:MOST_LISTED]
    ]
    agreement.results = results | {"notes": list(table.notes), "listed": len(rows)}
    agreement.labelers, agreement.labels = list(table.labelers), list(table.ratings.labels)
    agreement.rows, agreement.disputed = table.ratings.rows, len(disputed)
    return lambda: _save(agreement, rows)


def record_failure(agreement: LabelAgreement, reason: str) -> None:
    """Write down, in the transaction that ends the job, that nothing was measured."""
    _record(Action.AGREEMENT_FAILED, agreement, comment=reason)


def record_cancel(agreement: LabelAgreement) -> None:
    """Write down, in the transaction that ends the job, that nobody wants the figures any more."""
    _record(Action.AGREEMENT_CANCELLED, agreement)


@transaction.atomic
def decide_row(row: DisputedRow, *, label: str, reason: str, based_on: str, by: User) -> DisputedRow:
    """Settle a disputed row: the label it gets, or none ("") when no label is right, which needs a reason.

    `based_on` is `decision_mark` of what the caller had seen. Raises NotDecidable, StaleDecision.
    """
    held = DisputedRow.objects.select_for_update(of=("self",)).select_related("agreement__project", "decided_by")
    row = held.get(pk=row.pk)
    if decision_mark(row) != based_on:
        raise StaleDecision(row)
    if label and label not in row.agreement.labels:
        raise NotDecidable(f"“{label}” is none of the labels in use. Choose one of them.")
    if not label and not reason:
        raise NotDecidable("Say why no label is right.", "reason")
    if name := _labeler_who_is(by, row):
        raise NotDecidable(
            f"The column “{name}” is yours: whoever labelled a disputed row does not settle it. Ask somebody else."
        )
    before = {"label": row.decided_label, "reason": row.reason} if row.decided_at else {}
    row.decided_label, row.reason, row.decided_by, row.decided_at = label, reason, by, timezone.now()
    row.save()
    record(
        Action.DISPUTE_DECIDED,
        by=by,
        on=row,
        chain=row.agreement.project.chain,
        label=f"{row.row_key} of {row.agreement}",
        before=before,
        after={"label": label, "reason": reason, "labels": row.labels},
        comment=reason,
    )
    return row


def decision_mark(row: DisputedRow) -> str:
    """What tells one decision of a row from the next."""
    return row.decided_at.isoformat() if row.decided_at else ""


def read_table(agreement: LabelAgreement) -> LabelTable:
    """The labels that were measured, read again from their stored file; raises storage.Missing without it."""
    with storage.local_path(agreement.sha256) as path:
        return read_labels(path, agreement.options["file_format"], Layout.stored(agreement.options))


def _keep_copy(path: Path) -> str:
    with path.open("rb") as copy:
        # Letters beyond ASCII take up to three bytes instead of one.
        return storage.store(copy, limit=3 * MOST_BYTES).sha256


def _labeler_who_is(user: User, row: DisputedRow) -> str:
    own = {name.strip().casefold() for name in (user.username, user.get_full_name(), user.email) if name.strip()}
    return next((name for name in row.labels if name.strip().casefold() in own), "")


@transaction.atomic
def _queue(agreement: LabelAgreement, *, by: User) -> LabelAgreement:
    project = _lock(agreement)
    label = f"Measure agreement in {agreement.file_name}"
    agreement.job = jobs.enqueue(KIND, project=project, label=label, by=by)
    _number(agreement)
    agreement.save(force_insert=True)
    _record(Action.AGREEMENT_REQUESTED, agreement)
    return agreement


def _number(agreement: LabelAgreement) -> None:
    # Numbers are counted per project, one measurement after the other.
    project = _lock(agreement)
    agreement.number = (project.label_agreements.aggregate(last=Max("number"))["last"] or 0) + 1


def _lock(agreement: LabelAgreement) -> Project:
    return Project.objects.select_for_update().get(pk=agreement.project_id)


def _save(agreement: LabelAgreement, rows: list[DisputedRow]) -> None:
    agreement.measured_at = timezone.now()
    agreement.save()
    DisputedRow.objects.bulk_create(rows, batch_size=500)
    figures = {figure["name"]: figure["value"] for figure in agreement.results["alpha"]}
    _record(
        Action.AGREEMENT_MEASURED,
        agreement,
        figures={name: None if value is None else round(value, 6) for name, value in figures.items()},
        rows=agreement.rows,
        labelers=len(agreement.labelers),
        disputed=agreement.disputed,
    )


def _record(action: Action, agreement: LabelAgreement, *, comment: str = "", **more: Any) -> None:  # Any: JSON values
    said = {
        "method": str(agreement.method),
        "file_name": agreement.file_name,
        "sha256": agreement.sha256,
        "scale": agreement.scale,
        "seed": agreement.options["seed"],
    }
    record(
        action,
        by=agreement.measured_by,
        on=agreement,
        chain=agreement.project.chain,
        after=said | more,
        comment=comment,
    )
