from django.apps import AppConfig


class StandingConfig(AppConfig):
    """Where we stand."""

    name = "standing"
    default_auto_field = "django.db.models.BigAutoField"
