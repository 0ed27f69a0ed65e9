"""Which address leads where: each room's own table, and the site's.

Tables are named and not imported: Django loads one when an address asks for it or a link is written. So a server answers
a moment after its start, and one that only training scripts talk to never loads what pages stand on.
"""

from django.urls import URLPattern, URLResolver, path

from config.health import healthz
from config.rooms import Room, table

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    # MLflow's clients send many small requests, and expect their addresses at the root.
    Room("", "registry.mlflow_api.urls", "mlflow"),
    table("", "config.site_urls"),
    Room("api/v1/", "canvas.api_urls", "canvas-api"),
    Room("api/v1/", "data.api_urls", "data-api"),
    Room("api/v1/", "registry.api_urls", "registry-api"),
    Room("api/v1/", "evaluation.api_urls", "evaluation-api"),
    Room("api/v1/", "standing.api_urls", "standing-api"),
    Room("api/v1/", "docsgen.api_urls", "docsgen-api"),
    table("api/v1/", "config.api_urls"),
    Room("", "canvas.urls", "canvas"),
    Room("", "accounts.urls", "accounts"),
    Room("", "jobs.urls", "jobs"),
    Room("", "data.urls", "data"),
    Room("", "registry.urls", "registry"),
    Room("", "evaluation.urls", "evaluation"),
    Room("", "standing.urls", "standing"),
    Room("", "docsgen.urls", "docsgen"),
]
