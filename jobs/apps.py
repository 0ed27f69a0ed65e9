from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Background work."""

    name = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
