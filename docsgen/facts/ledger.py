"""The records a snapshot rests on."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import User
from audit.services import canonical

Snapshot = dict[str, Any]  # Any: JSON of many shapes, written in this package and read by docsgen.sections


class Ledger:
    """The records that a snapshot was made from, each once."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}

    def cite(
        self,
        record: models.Model,
        *,
        label: str = "",
        revision: int | str = "",
        sha256: str = "",
        at: datetime | None = None,
        by: User | None = None,
        said: Any = None,
    ) -> str:
        """Note a record and return its key; `said` is hashed when the record has no digest of its own."""
        key = f"{record._meta.label_lower}:{record.pk}"
        digest = sha256 or hashlib.sha256(canonical({"said": said}).encode()).hexdigest()
        self.records[key] = {
            "type": str(record._meta.verbose_name),
            "id": str(record.pk),
            "label": label or str(record),
            "revision": str(revision),
            "sha256": digest,
            "at": stamp(at),
            "by": str(by) if by else "",
        }
        return key


def stamp(moment: datetime | None) -> str:
    """A moment as ISO 8601 text in the installation's time zone; empty for none."""
    return moment.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds") if moment else ""
