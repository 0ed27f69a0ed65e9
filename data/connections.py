"""Clients that stop in the middle of a file: given up on, because each of them holds one of our few threads."""

from django.conf import settings
from django.http import HttpRequest


def give_up_on_silence(request: HttpRequest) -> None:
    """Have the connection of a request end when its client neither sends nor takes a byte for a while.

    gunicorn waits for ever, and its own time limit is for processes. Other servers bring limits of their own.
    """
    socket = request.META.get("gunicorn.socket")
    if socket is not None:
        socket.settimeout(settings.TRANSFER_SILENCE_SECONDS)
