import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from config.serving import command_line


class Command(BaseCommand):
    help = "Serve Tenet from this machine: web pages, one worker and the schedule, started and stopped together."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default: %(default)s)")

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        """Become the server, which is a program of its own because it loads no room."""
        command = command_line(host, port)
        os.chdir(settings.BASE_DIR)
        os.execv(command[0], command)  # noqa: S606  no shell is meant
