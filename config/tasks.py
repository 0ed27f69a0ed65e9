"""What the schedule asks for every night to keep the house clean."""

from celery import shared_task
from django.core.management import call_command
from django.db import connection


@shared_task(ignore_result=True)
def tidy() -> None:
    """Forget sessions that have ended, and fold SQLite's write-ahead log back into the database."""
    call_command("clearsessions")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
