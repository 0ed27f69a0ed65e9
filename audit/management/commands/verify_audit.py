from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.verification import Broken, chains, verify_chain


class Command(BaseCommand):
    """Recompute the journal; exit 0 with each chain's head hash, or name the first broken line."""

    help = "Recompute every link of the journal: prints each chain's head hash, or the first broken line."

    def handle(self, *args: Any, **options: Any) -> None:
        for chain in chains():
            result = verify_chain(chain)
            if isinstance(result, Broken):
                raise CommandError(f"The journal is broken at {result}.")
            self.stdout.write(f"{result.head}  {result.chain}  {result.entries} lines")
