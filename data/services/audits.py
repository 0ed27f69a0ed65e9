"""Every write to label audits: drawing a sample, and recording what a second look at it found."""

import secrets
from collections.abc import Iterable
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from data import storage
from data.agreement import intervals
from data.audit_tables import BadSheet, Sheet, read_sheet
from data.dialects import readable
from data.models import Dataset, LabelAudit, LabelingMethod, LabelSample
from data.tables import BadFileName, BadTable, check_file_name

MOST_SAMPLED = 100_000
MOST_BYTES = 20 * 2**20


class BadAudit(Exception):
    """The figures contradict each other; `field` names the one to change and the message says why, for people."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class AlreadyAudited(Exception):
    """The sample has its audit; a second look needs a sample of its own."""


@transaction.atomic
def draw_sample(
    method: LabelingMethod, dataset: Dataset, *, size: int, by: User, seed: int | None = None
) -> LabelSample:
    """Draw rows of a snapshot at random, without replacement, for an audit of their labels; raises BadAudit."""
    if not dataset.rows:
        raise BadAudit("The number of rows of this snapshot is not known, so that none can be drawn.", "dataset")
    if not 1 <= size <= min(dataset.rows, MOST_SAMPLED):
        most = min(dataset.rows, MOST_SAMPLED)
        raise BadAudit(f"The snapshot has {dataset.rows:,} rows: draw from 1 to {most:,} of them.", "size")
    sample = LabelSample.objects.create(
        project=method.project,
        method=method,
        dataset=dataset,
        size=size,
        population=dataset.rows,
        seed=secrets.randbelow(2**32) if seed is None else seed,
        drawn_by=by,
    )
    after = {"method": str(method), "snapshot": str(dataset), "size": size, "seed": sample.seed}
    record(Action.LABEL_SAMPLE_DRAWN, by=by, on=sample, chain=method.project.chain, after=after)
    return sample


@transaction.atomic
def record_audit(
    method: LabelingMethod,
    *,
    sample_size: int,
    errors: int,
    drawn: str,
    audited_on: date,
    by: User,
    population: int | None = None,
    dataset: Dataset | None = None,
    **more: Any,  # Any: the columns note, audited_by, sample, file_name and sha256
) -> LabelAudit:
    """Record how many labels of a sample were wrong, with the error rate among all of them; raises BadAudit."""
    if population is None and dataset is not None:
        population = dataset.rows or None
    _check(sample_size, errors, population, audited_on)
    rate = intervals.error_rate(errors, sample_size, population)
    audit = LabelAudit.objects.create(
        project=method.project,
        method=method,
        dataset=dataset,
        sample_size=sample_size,
        errors=errors,
        population=population,
        drawn=drawn,
        rate=rate.rate,
        lower=rate.lower,
        upper=rate.upper,
        interval=rate.method,
        audited_on=audited_on,
        recorded_by=by,
        **more,
    )
    after = {
        "method": str(method),
        "snapshot": str(dataset or ""),
        "sample_size": sample_size,
        "errors": errors,
        "population": population,
        "rate": round(rate.rate, 6),
        "interval": [round(rate.lower, 6), round(rate.upper, 6)],
        "drawn": drawn,
    }
    record(
        Action.LABEL_AUDIT_RECORDED, by=by, on=audit, chain=method.project.chain, after=after,
        comment=str(more.get("note", "")),
    )  # fmt: skip
    return audit


def record_audited_sample(
    sample: LabelSample,
    *,
    file: BinaryIO | Iterable[bytes],
    file_name: str,
    audited_by: str,
    audited_on: date,
    by: User,
    note: str = "",
) -> LabelAudit:
    """Record the audit of a drawn sample from its filled-in sheet.

    Raises BadSheet, AlreadyAudited, BadAudit; nothing is stored or recorded then.
    """
    if LabelAudit.objects.filter(sample=sample).exists():
        raise AlreadyAudited("This sample was audited already. Draw another one for a second look.")
    try:
        name = check_file_name(file_name)
        with storage.receive(file, limit=MOST_BYTES) as received:
            with readable(received.path, name=name) as (path, facts, _):
                found = read_sheet(path, facts.file_format, sample)
            _check(found.audited, found.errors, sample.population, audited_on)
            received.keep()
    except BadSheet:
        raise
    except (BadTable, BadFileName, storage.TooLarge) as reason:
        raise BadSheet(str(reason)) from reason
    more = {"audited_by": audited_by, "note": note, "file_name": name, "sha256": received.sha256}
    return _record_sheet(sample, found, audited_on=audited_on, by=by, more=more)


@transaction.atomic
def _record_sheet(sample: LabelSample, found: Sheet, *, audited_on: date, by: User, more: dict[str, Any]) -> LabelAudit:
    # Two uploads at once: the second finds the first's audit once it has the sample's row.
    sample = LabelSample.objects.select_for_update(of=("self",)).select_related("method__project", "dataset").get(
        pk=sample.pk
    )  # fmt: skip
    if LabelAudit.objects.filter(sample=sample).exists():
        raise AlreadyAudited("This sample was audited already. Draw another one for a second look.")
    return record_audit(
        sample.method,
        sample_size=found.audited,
        errors=found.errors,
        population=sample.population,
        dataset=sample.dataset,
        drawn=f"At random without replacement from {sample.dataset}, seed {sample.seed}.",
        audited_on=audited_on,
        by=by,
        sample=sample,
        **more,
    )


def _check(sample_size: int, errors: int, population: int | None, audited_on: date) -> None:
    if sample_size < 1:
        raise BadAudit("Audit at least one label.", "sample_size")
    if errors > sample_size:
        raise BadAudit(f"There cannot be more errors than the {sample_size:,} audited labels.", "errors")
    if population is not None and population < sample_size:
        raise BadAudit(f"{sample_size:,} labels cannot be drawn out of {population:,}.", "population")
    if audited_on > timezone.localdate():
        raise BadAudit("The audit cannot have taken place in the future.", "audited_on")
