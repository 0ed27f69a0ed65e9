from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from config import assets, environment
from config.celery import app
from config.serving import (
    CannotServe,
    Child,
    Server,
    answers,
    require_free_port,
    sole_use_of,
    web_command,
    worker_command,
)


class Command(BaseCommand):
    help = "Serve Tenet from this machine: web pages, one worker and the schedule, started and stopped together."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default: %(default)s)")

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        """Bring the database up to date, then serve until told to stop."""
        try:
            require_free_port(host, port)
            with sole_use_of(settings.DATA_DIR):
                self._prepare()
                self._serve(host, port)
        except CannotServe as reason:
            raise CommandError(str(reason)) from reason

    def _prepare(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if assets.collect_if_stale():
            self._say("static files collected")
        if not get_user_model().objects.exists():
            self._say("nobody can sign in yet: make an administrator with `.venv/bin/python manage.py createsuperuser`")
        connections.close_all()

    def _serve(self, host: str, port: int) -> None:
        web = web_command(
            host,
            port,
            processes=environment.whole_number("TENET_WEB_PROCESSES", default=1),
            threads=environment.whole_number("TENET_WEB_THREADS", default=4),
        )
        children = [Child("web", web, self._say), Child("worker", worker_command(), self._say)]
        self._say(f"serving on http://{f'[{host}]' if ':' in host else host}:{port}/ (stop with Ctrl-C)")
        Server(children, app, self._say, is_ready=partial(answers, host, port)).run()

    def _say(self, text: str) -> None:
        self.stdout.write(f"tenet: {text}")
        self.stdout.flush()
