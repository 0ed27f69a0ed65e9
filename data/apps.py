from django.apps import AppConfig


class DataConfig(AppConfig):
    """What models learn from."""

    name = "data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the worker what it needs to hold snapshots against schemas."""
        from data.check_handler import SchemaCheckHandler  # noqa: PLC0415  models must be loaded
        from jobs.handlers import offer  # noqa: PLC0415  as above

        offer("schema-check", SchemaCheckHandler())
