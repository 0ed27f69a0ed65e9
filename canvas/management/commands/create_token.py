from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.http import Http404

from accounts import services
from accounts.models import User
from canvas.access import get_project


class Command(BaseCommand):
    """Create a token for somebody in a project."""

    help = "Create an API token; prints it and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user")
        parser.add_argument("project", help="The project's slug.")
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--name", default="made on the command line")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody called {options['user']} has an account here.")
        try:
            project = get_project(user, options["project"])
            _, secret = services.create_token(
                user,
                project_id=project.pk,
                name=options["name"],
                lifetime=timedelta(days=options["days"]),
                chain=project.chain,
            )
        except Http404 as error:
            raise CommandError(f"{user} is in no project called {options['project']}.") from error
        except services.BadLifetime as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(secret)
