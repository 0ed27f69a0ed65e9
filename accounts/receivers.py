"""Sign-ins happen inside allauth: what it announces is written into the journal here."""

from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver

from accounts.models import User
from audit.actions import Action
from audit.services import record


@receiver(user_logged_in)
def signed_in(user: User, **_: Any) -> None:
    with transaction.atomic():
        record(Action.SIGNED_IN, by=user, on=user)


@receiver(user_logged_out)
def signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        with transaction.atomic():
            record(Action.SIGNED_OUT, by=user, on=user)


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    # Only for accounts that exist: what a stranger types may be a password, and a flood of names is not history.
    name = str(credentials.get("username") or credentials.get("email") or "")
    user = User.objects.filter(username__iexact=name).first() or User.objects.filter(email__iexact=name or "-").first()
    if user is not None:
        with transaction.atomic():
            record(Action.SIGN_IN_FAILED, by=None, on=user)


@receiver([password_changed, password_reset])
def changed_password(user: User, **_: Any) -> None:
    with transaction.atomic():
        record(Action.PASSWORD_CHANGED, by=user, on=user)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def changed_second_factor(user: User, **_: Any) -> None:
    with transaction.atomic():
        record(Action.SECOND_FACTOR_CHANGED, by=user, on=user)
