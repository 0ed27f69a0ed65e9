from typing import Any

from django.core.management import BaseCommand, call_command

from config import assets
from config.serving import say


class Command(BaseCommand):
    help = "Bring the database and the static files up to date, as the embedded server does when it starts."
    # They would load every page to look at it.
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        """Apply what is new; nothing else is touched."""
        call_command("migrate", interactive=False, verbosity=0)
        if assets.collect_if_stale():
            say("static files collected")
