from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The entrance."""

    name = "config"

    def ready(self) -> None:
        """Bind the Celery app, so that a task called in the web process knows its broker."""
        from config.celery import app

        app.set_default()
