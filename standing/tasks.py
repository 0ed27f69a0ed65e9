"""The doorway of the schedule: keep the portfolio's standings young."""

from celery import shared_task

from canvas.models import Project
from standing import services

MOST_AT_ONCE = 100


@shared_task(ignore_result=True)
def keep_standings() -> None:
    """Work out again where projects stand that changed since."""
    services.refresh(services.outdated(Project.objects.all())[:MOST_AT_ONCE])
