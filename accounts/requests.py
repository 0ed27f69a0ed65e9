from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class AuthenticatedRequest(HttpRequest):
    """A request whose sender is signed in, as every page but the public ones demands."""

    user: User
    htmx: HtmxDetails
