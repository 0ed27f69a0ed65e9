from django.apps import AppConfig


class DocsgenConfig(AppConfig):
    """The paper."""

    name = "docsgen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the worker what it needs to make documents."""
        from jobs.handlers import offer  # noqa: PLC0415  models must be loaded

        offer("document", "docsgen.handler.DocumentHandler")
        offer("poster", "docsgen.poster.handler.PosterHandler")
