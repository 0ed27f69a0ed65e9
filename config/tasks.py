"""What the schedule asks for every night to keep the house clean."""

from celery import shared_task
from django.core.management import call_command
from django.db import connection

from registry.services import webhooks


@shared_task(ignore_result=True)
def tidy() -> None:
    """Forget ended sessions and old deliveries, and fold SQLite's write-ahead log back into the database."""
    call_command("clearsessions")
    webhooks.forget_old()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
