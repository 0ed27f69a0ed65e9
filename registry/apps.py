from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Models and their promotions."""

    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer what this room knows as evidence for the plan."""
        from registry import claims, proofs  # noqa: PLC0415  needs the models to be loaded

        proofs.offer()
        claims.offer()
