"""Ask for the profile of a snapshot, and write down how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from data.models import Dataset, DatasetProfile, RowOverlap
from data.rows import RowsNotHere, why_not_here
from jobs import services as jobs
from jobs.models import Job

KIND = "profile"


@dataclass(frozen=True)
class Overlap:
    """What two snapshots share; the first is the one that was recorded first."""

    first: Dataset
    second: Dataset
    shared: int
    alike: int | None
    first_rows: int
    second_rows: int
    compared: str
    examples: list[dict[str, Any]]
    notes: list[str]


@dataclass(frozen=True)
class Result:
    """Everything that a worker found out about a snapshot."""

    sha256: str
    rows: int
    columns: Sequence[Mapping[str, Any]]
    label: Mapping[str, Any]
    warnings: Sequence[Mapping[str, str]]
    facts: Mapping[str, Any]
    row_hashes_sha256: str
    overlaps: Sequence[Overlap] = field(default_factory=tuple)


@transaction.atomic
def request_profile(dataset: Dataset, *, by: User) -> DatasetProfile:
    """Queue a profile, or return the one that waits or runs already; raises RowsNotHere for rows that are declared only."""
    dataset = Dataset.objects.select_for_update(of=("self",)).select_related("project").get(pk=dataset.pk)
    if dataset.is_declared:
        raise RowsNotHere(why_not_here(dataset))
    if running := unfinished(dataset):
        return running
    profile = queue(dataset, by=by)
    record(Action.PROFILE_REQUESTED, by=by, on=dataset, chain=dataset.project.chain, after={"profile": profile.pk})
    return profile


def queue(dataset: Dataset, *, by: User) -> DatasetProfile:
    """Queue a profile as part of another write, which says so in the journal; call it inside that transaction."""
    job = jobs.enqueue(KIND, project=dataset.project, label=f"Profile {dataset}", by=by)
    return DatasetProfile.objects.create(dataset=dataset, job=job, requested_by=by)


def queue_again(dataset: Dataset, *, by: User) -> None:
    """Queue a profile as part of a write that changes what the last one rests on, unless one has yet to begin."""
    if not dataset.profiles.filter(job__state=Job.State.QUEUED).exists():
        queue(dataset, by=by)


def unfinished(dataset: Dataset) -> DatasetProfile | None:
    """The profile that waits or runs, if there is one."""
    waiting = dataset.profiles.exclude(job__state__in=Job.FINAL)
    return waiting.select_related("job__project", "job__requested_by").first()


def newest(dataset: Dataset) -> DatasetProfile | None:
    """The newest profile that was finished."""
    finished = dataset.profiles.filter(finished_at__isnull=False)
    return finished.select_related("job", "requested_by").order_by("-finished_at", "-pk").first()


def finish(profile: DatasetProfile, result: Result) -> None:
    """Save what was found; the worker calls it in the transaction that ends the job."""
    dataset = profile.dataset
    profile.sha256, profile.rows = result.sha256, result.rows
    profile.columns, profile.label = list(result.columns), dict(result.label)
    profile.warnings, profile.facts = list(result.warnings), dict(result.facts)
    profile.row_hashes_sha256 = result.row_hashes_sha256
    profile.finished_at = timezone.now()
    profile.save()
    for overlap in result.overlaps:
        _save_overlap(overlap)
    record(
        Action.PROFILE_FINISHED,
        by=profile.requested_by,
        on=dataset,
        chain=dataset.project.chain,
        after={
            "profile": profile.pk,
            "sha256": result.sha256,
            "rows": result.rows,
            "columns": len(result.columns),
            "warnings": [warning["text"] for warning in result.warnings[:50]],
            "compared_with": len(result.overlaps),
            "shared_rows": sum(overlap.shared for overlap in result.overlaps),
        },
    )


def fail(profile: DatasetProfile, reason: str) -> None:
    """Say in the journal why there is no profile."""
    _end(Action.PROFILE_FAILED, profile, reason)


def cancel(profile: DatasetProfile) -> None:
    """Say in the journal that nobody wants the profile any more."""
    _end(Action.PROFILE_CANCELLED, profile, "")


def _end(action: Action, profile: DatasetProfile, comment: str) -> None:
    dataset = profile.dataset
    after = {"profile": profile.pk}
    record(action, by=profile.requested_by, on=dataset, chain=dataset.project.chain, after=after, comment=comment)


def _save_overlap(overlap: Overlap) -> None:
    RowOverlap.objects.update_or_create(
        first=overlap.first,
        second=overlap.second,
        defaults={
            "shared": overlap.shared,
            "alike": overlap.alike,
            "first_rows": overlap.first_rows,
            "second_rows": overlap.second_rows,
            "compared": overlap.compared[:300],
            "examples": overlap.examples,
            "notes": overlap.notes,
            "found_at": timezone.now(),
        },
    )
