"""A room's table of addresses, loaded when an address asks for it or a link is written into that room."""

from typing import Any

from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern


class Room(URLResolver):
    """The addresses of one room below a prefix.

    Django would read every table of the site to write the first link, because a name may stand in any of them. A link
    into a room names the room, so that its own table is enough.
    """

    _is_wanted = False

    def __init__(self, prefix: str, table: str, namespace: str) -> None:
        super().__init__(RoutePattern(prefix, is_endpoint=False), table, app_name=namespace, namespace=namespace)

    def _populate(self) -> None:
        if self._is_wanted:
            super()._populate()

    def _reverse_with_prefix(self, *args: Any, **kwargs: Any) -> str:
        self._is_wanted = True
        written: str = super()._reverse_with_prefix(*args, **kwargs)  # type: ignore[misc]  # not in the stubs
        return written


def table(prefix: str, name: str) -> URLPattern | URLResolver:
    """The addresses of a table without a namespace, which every link without one has to read."""
    return URLResolver(RoutePattern(prefix, is_endpoint=False), name)
