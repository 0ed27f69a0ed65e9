from django.apps import AppConfig


class DataConfig(AppConfig):
    """What models learn from."""

    name = "data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the worker what this room has it do."""
        from jobs.handlers import offer  # noqa: PLC0415  models must be loaded

        offer("profile", "data.handler.ProfileHandler")
        offer("schema-check", "data.check_handler.SchemaCheckHandler")
        offer("agreement", "data.agreement_handler.AgreementHandler")
        self._offer_evidence()

    def _offer_evidence(self) -> None:
        from data import claims, keeps, proofs  # noqa: PLC0415  as above

        proofs.offer()
        claims.offer()
        keeps.offer()
