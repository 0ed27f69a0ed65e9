"""What every page knows besides what its view tells it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from registry.models import PromotionRequest


def nav_counts(request: HttpRequest) -> dict[str, Any]:
    """The numbers in the side bar; one query, and only where a side bar is drawn."""
    return {"nav_counts": SimpleLazyObject(lambda: _counts(getattr(request, "user", None)))}


def _counts(user: object) -> dict[str, int]:
    if not isinstance(user, User):
        return {}
    return {"reviews": PromotionRequest.objects.waiting_for(user).count()}
