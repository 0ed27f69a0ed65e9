"""The doorbell: a message that tells a worker to look at the table now."""

from uuid import UUID

from celery import shared_task

from jobs import runner


@shared_task(acks_late=False, ignore_result=True)
def run_job(job_id: str) -> None:
    """Run the job that rang, or whichever is due, until nothing is."""
    runner.run_due(first=UUID(job_id))
