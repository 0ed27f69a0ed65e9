from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their tokens."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what allauth announces about sign-in."""
        from accounts import receivers  # noqa: F401, PLC0415  receivers need the models to be loaded
