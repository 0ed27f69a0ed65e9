from django.apps import AppConfig


class DataConfig(AppConfig):
    """What models learn from."""

    name = "data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the worker what this room has it do."""
        from data.agreement_handler import AgreementHandler  # noqa: PLC0415  models must be loaded
        from data.check_handler import SchemaCheckHandler  # noqa: PLC0415  models must be loaded
        from data.handler import ProfileHandler  # noqa: PLC0415  as above
        from jobs.handlers import offer  # noqa: PLC0415  as above

        offer("profile", ProfileHandler())
        offer("schema-check", SchemaCheckHandler())
        offer("agreement", AgreementHandler())
        self._offer_evidence()

    def _offer_evidence(self) -> None:
        from data import claims, proofs  # noqa: PLC0415  as above

        proofs.offer()
        claims.offer()
