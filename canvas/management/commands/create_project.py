from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from canvas.services import projects


class Command(BaseCommand):
    """Create a project owned by somebody."""

    help = "Create a project; prints its slug and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user")
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody called {options['user']} has an account here.")
        try:
            project = projects.create_project(options["name"], by=user)
        except projects.NameTaken as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(project.slug)
