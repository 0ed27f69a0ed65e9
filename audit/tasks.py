from celery import shared_task

from audit import checkpoints


@shared_task(ignore_result=True)
def sign_checkpoints() -> None:
    """Sign the head of every chain that grew."""
    checkpoints.sign_checkpoints()
