from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ConfigConfig(AppConfig):
    """The entrance."""

    name = "config"
    default = True

    def ready(self) -> None:
        """Bind the Celery app, so that a task called in the web process knows its broker."""
        from config.celery import app  # noqa: PLC0415  Celery reads settings, which stand only now

        app.set_default()


class StaticFiles(StaticFilesConfig):
    """Static files, without those of our libraries that no page asks for."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.map",
        "django_htmx",
        "gis",
        "redoc",
        "rest_framework",
        "swagger-ui-es-*",
    ]
