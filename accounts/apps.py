from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their tokens."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
