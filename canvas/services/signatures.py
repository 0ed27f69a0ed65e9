"""Signing: whoever decides proves once more that it is they who sit at the keyboard."""

from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.models import AuditEntry
from audit.services import record
from canvas.models import Project

ATTEMPTS = 5
WINDOW = timedelta(minutes=15)


class WrongPassword(Exception):
    """The password is not the signer's."""


class TooManyAttempts(Exception):
    """The signer has to wait before trying another password."""


def confirm(user: User, *, password: str, on: models.Model, project: Project) -> None:
    """Check the password of somebody who signs a record; raises WrongPassword, or TooManyAttempts after five wrong ones.

    Failures are counted in the journal, so that the limit holds over all processes and through a restart.
    """
    _ensure_not_too_many(user)
    if not user.has_usable_password():
        raise WrongPassword("Your account has no password yet. Set one under Account, then sign.")
    if not user.check_password(password):
        _note_failure(user, on, project)
        raise WrongPassword("This is not your password. Nothing was decided; type it again.")
    # Guesses sent at once all pass the first look: the right one among them must not pass the second.
    _ensure_not_too_many(user)


def _ensure_not_too_many(user: User) -> None:
    since = timezone.now() - WINDOW
    failures = AuditEntry.objects.filter(action=Action.SIGNATURE_REFUSED, actor_id=user.pk, at__gt=since)
    if failures.count() >= ATTEMPTS:
        minutes = int(WINDOW.total_seconds() // 60)
        raise TooManyAttempts(
            f"{ATTEMPTS} wrong passwords were typed within {minutes} minutes. Wait {minutes} minutes, then sign again."
        )


@transaction.atomic
def _note_failure(user: User, on: models.Model, project: Project) -> None:
    record(Action.SIGNATURE_REFUSED, by=user, on=on, chain=project.chain)
