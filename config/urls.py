"""Which address leads where: each room's own table, and the site's.

Tables are named and not imported: Django loads one when an address asks for it or a link is written. So a server answers
a moment after its start, and one that only training scripts talk to never loads what pages stand on.
"""

from typing import Any

from django.urls import URLPattern, URLResolver, path

from config.health import healthz


def room(prefix: str, table: str, namespace: str | None = None) -> Any:  # Any: Django's stubs know no table by name
    """The addresses of a table below a prefix."""
    lazily: Any = (table, namespace, namespace)
    return path(prefix, lazily)


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    # MLflow's clients send many small requests, and expect their addresses at the root.
    room("", "registry.mlflow_api.urls", "mlflow"),
    room("", "config.site_urls"),
    room("api/v1/", "canvas.api_urls", "canvas-api"),
    room("api/v1/", "data.api_urls", "data-api"),
    room("api/v1/", "registry.api_urls", "registry-api"),
    room("api/v1/", "evaluation.api_urls", "evaluation-api"),
    room("api/v1/", "standing.api_urls", "standing-api"),
    room("api/v1/", "docsgen.api_urls", "docsgen-api"),
    room("api/v1/", "config.api_urls"),
    room("", "canvas.urls", "canvas"),
    room("", "accounts.urls", "accounts"),
    room("", "jobs.urls", "jobs"),
    room("", "data.urls", "data"),
    room("", "registry.urls", "registry"),
    room("", "evaluation.urls", "evaluation"),
    room("", "standing.urls", "standing"),
    room("", "docsgen.urls", "docsgen"),
]
