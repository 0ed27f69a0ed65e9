from django.apps import AppConfig


class CanvasConfig(AppConfig):
    """The plan."""

    name = "canvas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer what this room knows as evidence."""
        from canvas import claims, proofs  # noqa: PLC0415  needs the models to be loaded

        proofs.offer()
        claims.offer()
