from django.apps import AppConfig
from django.db.backends.signals import connection_created


class RegistryConfig(AppConfig):
    """Models and their promotions."""

    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the worker what this room has it do, and the plan what it knows; have SQLite fold letters for searches."""
        from jobs.handlers import offer  # noqa: PLC0415  models must be loaded
        from registry.mlflow_api.search import matching  # noqa: PLC0415  as above

        offer("mlflow-sync", "registry.mlflow_import.handler.MlflowSyncHandler")
        offer("model-export", "registry.exchange_handlers.ExportHandler")
        offer("model-restore", "registry.exchange_handlers.RestoreHandler")
        connection_created.connect(matching.teach)
        self._offer_evidence()

    def _offer_evidence(self) -> None:
        from registry import claims, keeps, proofs  # noqa: PLC0415  as above

        proofs.offer()
        claims.offer()
        keeps.offer()
