"""Every write about people and their tokens."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

import statements
from accounts.models import ApiToken, User
from audit.actions import Action
from audit.services import SYSTEM_CHAIN, record
from statements import Statement

TOKEN_MARK = "tenet_"  # noqa: S105  (a public prefix by which leaked tokens can be found)
LONGEST_TOKEN_LIFE = timedelta(days=365)
USE_IS_NOTED_EVERY = timedelta(minutes=1)


_TOKEN_COLUMNS = statements.columns(ApiToken)
_TOKEN = Statement(
    lambda digest: ApiToken.objects.filter(digest=digest).values_list(
        *_TOKEN_COLUMNS, *statements.columns(User, "user__")
    ),
    "digest",
)


class TokenRefused(Exception):
    """The token opens nothing; the message says why, for people."""


class BadLifetime(Exception):
    """A token was asked for with a lifetime that is not allowed."""


class LastAdministrator(Exception):
    """The change would leave the installation without an administrator."""


class UsernameTaken(Exception):
    """An account with this username exists."""


@transaction.atomic
def create_user(
    username: str,
    *,
    password: str,
    name: str = "",
    email: str = "",
    title: str = "",
    site_role: str = "",
    site_role_until: datetime | None = None,
    by: User | None,
) -> User:
    """Create an account; raises ValidationError for a weak password and UsernameTaken."""
    if User.objects.filter(username__iexact=username).exists():
        raise UsernameTaken(f"An account named {username} exists. Choose another username.")
    user = User(
        username=username, name=name, email=email, title=title, site_role=site_role, site_role_until=site_role_until
    )
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    record(Action.USER_CREATED, by=by, on=user, after={"username": username, "site_role": site_role})
    return user


@transaction.atomic
def change_site_role(user: User, *, site_role: str, until: datetime | None, is_active: bool, by: User) -> User:
    """Give or take a site role, or close an account; the last administrator stays."""
    # All of them, so that two administrators cannot step down past each other.
    lasting = {"site_role": User.SiteRole.ADMINISTRATOR, "is_active": True, "site_role_until__isnull": True}
    administrators = set(User.objects.select_for_update().filter(**lasting).order_by("pk").values_list("pk", flat=True))
    user = User.objects.select_for_update().get(pk=user.pk)
    loses = user.is_administrator and (site_role != User.SiteRole.ADMINISTRATOR or not is_active or until)
    if loses and not administrators - {user.pk}:
        raise LastAdministrator("Somebody has to administer Tenet. Make another administrator first.")
    before = {"site_role": user.site_role, "until": user.site_role_until, "is_active": user.is_active}
    user.site_role, user.site_role_until, user.is_active = site_role, until, is_active
    user.save(update_fields=["site_role", "site_role_until", "is_active"])
    after = {"site_role": site_role, "until": until, "is_active": is_active}
    if before == after:
        return user
    record(Action.USER_ROLE_CHANGED, by=by, on=user, before=before, after=after)
    return user


@transaction.atomic
def change_profile(user: User, *, name: str, email: str, title: str) -> User:
    """Change what others see of oneself."""
    before = {"name": user.name, "title": user.title}
    if (user.name, user.email, user.title) == (name, email, title):
        return user
    user.name, user.email, user.title = name, email, title
    user.save(update_fields=["name", "email", "title"])
    record(Action.USER_PROFILE_CHANGED, by=user, on=user, before=before, after={"name": name, "title": title})
    return user


@transaction.atomic
def create_token(
    user: User, *, project_id: int, name: str, lifetime: timedelta, chain: str = SYSTEM_CHAIN
) -> tuple[ApiToken, str]:
    """Create a token for one project, and return it with the secret, which is never to be had again."""
    if not timedelta(0) < lifetime <= LONGEST_TOKEN_LIFE:
        raise BadLifetime("A token lives between 1 and 365 days.")
    secret = TOKEN_MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=secret[: len(TOKEN_MARK) + 4],
        digest=digest_of(secret),
        project_id=project_id,
        expires_at=timezone.now() + lifetime,
    )
    record(Action.TOKEN_CREATED, by=user, on=token, chain=chain, after={"expires_at": token.expires_at})
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User, chain: str = SYSTEM_CHAIN) -> ApiToken:
    """End a token at once; ending it twice changes nothing."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(Action.TOKEN_REVOKED, by=by, on=token, chain=chain)
    return token


def open_token(secret: str) -> ApiToken:
    """The usable token with this secret; raises TokenRefused with the reason."""
    found = _TOKEN.first(digest_of(secret))
    if found is None:
        raise TokenRefused("This token is not known here. Create one in the project's settings.")
    token = statements.record(ApiToken, found[: len(_TOKEN_COLUMNS)])
    token.user = statements.record(User, found[len(_TOKEN_COLUMNS) :])
    if token.revoked_at is not None or not token.user.is_active:
        raise TokenRefused("This token was revoked. Create a new one in the project's settings.")
    if token.is_expired:
        raise TokenRefused(
            f"This token expired on {token.expires_at:%-d %b %Y}. Create a new one in the project's settings."
        )
    _note_use(token)
    return token


def digest_of(secret: str) -> str:
    """What is kept of a token: its SHA-256, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(token: ApiToken) -> None:
    # Not a decision anybody took, and on every request: kept on the row, not in the journal.
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
