"""Who wants to know when a stored file turns out to be damaged: rooms above say what that means for their records."""

from collections.abc import Callable

Heard = Callable[[str, str], None]

_LISTENERS: list[Heard] = []


def offer(listener: Heard) -> None:
    """Have a function told the SHA-256 and the problem of each damaged file, or an empty problem once it is whole."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def tell(sha256: str, problem: str) -> None:
    """Tell everybody who wants to know, inside the caller's transaction."""
    for listener in _LISTENERS:
        listener(sha256, problem)
