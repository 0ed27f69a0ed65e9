from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from audit.models import AuditEntry
from data.models import DataSchema, Dataset


def kept_files() -> set[str]:
    """Every file in the storage, temporary ones included."""
    folder = Path(settings.STORAGES["content"]["OPTIONS"]["location"])
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def everything_kept() -> tuple[set[str], int, int, int]:
    lines = AuditEntry.objects.filter(chain__startswith="project:").count()
    return kept_files(), Dataset.objects.count(), DataSchema.objects.count(), lines


@pytest.fixture
def nothing_changes(db: None) -> Callable[[], None]:
    """Call it at the end: files, records and journal are as they were when the test asked for this fixture."""
    before = everything_kept()

    def check() -> None:
        assert everything_kept() == before

    return check
