"""The files that this room's records point to."""

from django.db.models import Q

from data import kept
from data.kept import Column
from data.models import Dataset

STORED = Q(holding=Dataset.Holding.STORED)


def offer() -> None:
    """Have them kept, checked and counted."""
    kept.offer(
        Column("data.Dataset", "sha256", "project", STORED),
        Column("data.Dataset", "read_sha256", "project"),
        Column("data.DatasetProfile", "row_hashes_sha256", "dataset__project"),
        Column("data.LabelingMethod", "guideline_sha256", "project"),
        Column("data.LabelAgreement", "sha256", "project"),
        Column("data.LabelAudit", "sha256", "project"),
    )
