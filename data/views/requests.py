"""What the forms of this room need of a request."""

from django.http import HttpRequest, QueryDict


def sent(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if it is nothing; None when a form is only shown."""
    return request.POST if request.method == "POST" else None
