"""One sync on its way: whom it asks, for whom it writes, what it has counted and what it could not take over."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from jobs.handlers import Progress
from registry.mlflow_import.remote import Remote
from registry.models import ImportedRecord, MlflowServer, MlflowSync

MOST_PROBLEMS = 500
LONGEST_REASON = 500


class Kind:
    """What ImportedRecord calls each kind of record."""

    EXPERIMENT = "experiment"
    RUN = "run"
    LOGGED_MODEL = "logged_model"
    MODEL = "model"
    VERSION = "version"


@dataclass
class Taking:
    """A sync while it runs."""

    sync: MlflowSync
    remote: Remote
    progress: Progress
    percent: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    problems: list[dict[str, str]] = field(default_factory=list)
    incomplete: set[tuple[str, str, str]] = field(default_factory=set)
    """Files that could not be taken over: kind and id of their owner here, and path."""
    _counted: set[int] = field(default_factory=set)

    @property
    def server(self) -> MlflowServer:
        """Where records are taken over from."""
        return self.sync.server

    @property
    def project(self) -> Project:
        """Where they are taken over to."""
        return self.sync.server.project

    @property
    def by(self) -> User:
        """Who asked for it, and stands for what is written."""
        return self.sync.requested_by

    def say(self, phase: str) -> None:
        """Say what is being done; raises Cancelled or Fenced when it must stop."""
        self.progress.report(phase, self.percent)

    def problem(self, what: str, reason: str, *, url: str = "") -> None:
        """Note what was not taken over and why, each only once."""
        said = {"what": what[:300], "reason": reason[:LONGEST_REASON]} | ({"url": url} if url else {})
        if said in self.problems:
            return
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(said)
        elif len(self.problems) == MOST_PROBLEMS:
            self.problems.append({"what": "And more", "reason": f"Only the first {MOST_PROBLEMS} are listed."})

    def count(self, kind: str, how: str) -> None:
        """Count a record as new, changed, known or refused."""
        self.counts[kind][how] += 1

    def count_taken(self, record: ImportedRecord, *, is_changed: bool = False) -> None:
        """Count a record as new if it came with this sync, perhaps before its worker died, else as changed or known."""
        if record.pk in self._counted:
            return
        self._counted.add(record.pk)
        is_new = record.imported_at >= self.sync.requested_at
        self.count(record.kind, "new" if is_new else "changed" if is_changed else "known")

    def keep(self) -> None:
        """Write down what has been counted so far, for the page that shows the sync."""
        MlflowSync.objects.filter(pk=self.sync.pk).update(**self.said())

    def said(self) -> dict[str, Any]:
        """Counts and problems as they are stored."""
        return {"counts": {kind: dict(counted) for kind, counted in self.counts.items()}, "problems": self.problems}

    def record_of(self, kind: str, remote_id: str) -> ImportedRecord | None:
        """What stands for a record of the server here, if it was taken over before."""
        return ImportedRecord.objects.filter(server=self.server, kind=kind, remote_id=remote_id).first()

    def begin(self, kind: str, remote_id: str, make: Callable[[], str]) -> ImportedRecord:
        """Make a record here and note what it stands for, both or neither; `make` returns its id."""
        with transaction.atomic():
            return ImportedRecord.objects.create(
                server=self.server, kind=kind, remote_id=remote_id, local_id=make(), imported_by=self.by
            )

    def settle(self, record: ImportedRecord, *, ended_ms: int) -> datetime:
        """Since when a record has stood there as it does now, which is noted when that is first seen."""
        if record.settled_at is None or record.remote_updated_ms != ended_ms:
            record.settled_at, record.remote_updated_ms, record.is_complete = timezone.now(), ended_ms, False
            record.save(update_fields=["settled_at", "remote_updated_ms", "is_complete"])
        return record.settled_at

    def complete(self, record: ImportedRecord, *, updated_ms: int = 0) -> None:
        """Note that all of a record has arrived."""
        record.is_complete = True
        record.remote_updated_ms = updated_ms
        record.save(update_fields=["is_complete", "remote_updated_ms"])
