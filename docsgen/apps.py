from django.apps import AppConfig


class DocsgenConfig(AppConfig):
    """The paper."""

    name = "docsgen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the worker what it needs to make documents."""
        from docsgen.handler import DocumentHandler  # noqa: PLC0415  models must be loaded
        from docsgen.poster.handler import PosterHandler  # noqa: PLC0415  as above
        from jobs.handlers import offer  # noqa: PLC0415  as above

        offer("document", DocumentHandler())
        offer("poster", PosterHandler())
