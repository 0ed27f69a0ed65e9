from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Models and their promotions."""

    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"
