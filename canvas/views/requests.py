"""What every page of this room needs of a request."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """Who asks; every page requires sign-in, so there is somebody."""
    user: Any = request.user
    assert isinstance(user, User)  # noqa: S101  LoginRequiredMiddleware has seen to it
    return user
