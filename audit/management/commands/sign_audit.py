from typing import Any

from django.core.management.base import BaseCommand

from audit.checkpoints import sign_checkpoints


class Command(BaseCommand):
    """Sign the head of every chain that grew, and print the signed statements to keep elsewhere."""

    help = "Sign the head of every chain that grew; keep a copy of the output where nobody here can change it."

    def handle(self, *args: Any, **options: Any) -> None:
        for checkpoint in sign_checkpoints():
            self.stdout.write(f"{checkpoint.text}{checkpoint.signature}\n")
