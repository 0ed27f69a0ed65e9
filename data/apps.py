from django.apps import AppConfig


class DataConfig(AppConfig):
    """What models learn from."""

    name = "data"
    default_auto_field = "django.db.models.BigAutoField"
