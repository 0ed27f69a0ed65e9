import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from config import assets
from config.serving import CannotServe, command_line, require_free_port, say, sole_use_of


class Command(BaseCommand):
    help = "Serve Tenet from this machine: web pages, one worker and the schedule, started and stopped together."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default: %(default)s)")

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        """Bring the database and the static files up to date, then become the server."""
        try:
            require_free_port(host, port)
            with sole_use_of(settings.DATA_DIR):
                self._prepare()
        except CannotServe as reason:
            raise CommandError(str(reason)) from reason
        command = command_line(host, port)
        os.chdir(settings.BASE_DIR)
        os.execv(command[0], command)  # noqa: S606  no shell is meant

    def _prepare(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if assets.collect_if_stale():
            say("static files collected")
        if not get_user_model().objects.exists():
            say("nobody can sign in yet: make an administrator with")
            say("    .venv/bin/python manage.py create_user NAME --site-role administrator")
        connections.close_all()
