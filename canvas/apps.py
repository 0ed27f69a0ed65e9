from django.apps import AppConfig


class CanvasConfig(AppConfig):
    """The plan."""

    name = "canvas"
    default_auto_field = "django.db.models.BigAutoField"
