"""Looks at the quality of a source, recorded one by one and never changed."""

from datetime import date

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from data.models import DataSource, QualityCheck


@transaction.atomic
def record_check(
    source: DataSource, *, dimension: str, name: str, passed: bool, checked_on: date, by: User,
    measured: float | None = None, limit: float | None = None, unit: str = "", note: str = "",
) -> QualityCheck:  # fmt: skip
    """Record what was measured, what it was held to, and whether that is good enough."""
    check = QualityCheck.objects.create(
        source=source,
        dimension=dimension,
        name=name,
        measured=measured,
        unit=unit,
        limit=limit,
        passed=passed,
        note=note,
        checked_on=checked_on,
        recorded_by=by,
    )
    after = {
        "dimension": dimension,
        "name": name,
        "measured": measured,
        "unit": unit,
        "limit": limit,
        "passed": passed,
        "checked_on": str(checked_on),
        "note": note,
    }
    record(Action.QUALITY_CHECKED, by=by, on=source, chain=source.project.chain, after=after)
    return check
