import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts import services
from accounts.models import User


class Command(BaseCommand):
    """Make an account with a generated password, printed once."""

    help = "Create an account; prints its generated first password and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="")
        parser.add_argument("--email", default="")
        parser.add_argument("--title", default="")
        parser.add_argument("--site-role", default="", choices=[value for value, _ in User.SiteRole.choices])

    def handle(self, *args: Any, **options: Any) -> None:
        password = secrets.token_urlsafe(15)
        try:
            services.create_user(
                options["username"],
                password=password,
                name=options["name"],
                email=options["email"],
                title=options["title"],
                site_role=options["site_role"],
                by=None,
            )
        except services.UsernameTaken as reason:
            raise CommandError(str(reason)) from reason
        except ValidationError as reason:
            raise CommandError(" ".join(reason.messages)) from reason
        self.stdout.write(password)
