from django.apps import AppConfig
from django.db.backends.signals import connection_created


class RegistryConfig(AppConfig):
    """Models and their promotions."""

    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer what this room knows as evidence for the plan, and have SQLite fold letters for searches."""
        from registry import claims, proofs  # noqa: PLC0415  needs the models to be loaded
        from registry.mlflow_api.search import matching  # noqa: PLC0415  as above

        connection_created.connect(matching.teach)
        proofs.offer()
        claims.offer()
