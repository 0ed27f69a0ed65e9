"""The doorways of the schedule: look after what is stored."""

from celery import shared_task

from data.services import keeping


@shared_task(ignore_result=True)
def look_after_storage() -> None:
    """Re-check and tidy the next slice of the storage."""
    keeping.look_after()


@shared_task(ignore_result=True)
def recount_storage() -> None:
    """Count afresh what each project keeps."""
    keeping.recount_all()
