from django.apps import AppConfig


class DocsgenConfig(AppConfig):
    """The paper."""

    name = "docsgen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the worker what it needs to make documents."""
        from data import kept  # noqa: PLC0415  models must be loaded
        from data.kept import Column  # noqa: PLC0415  as above
        from jobs.handlers import offer  # noqa: PLC0415  as above

        kept.offer(
            Column("docsgen.Document", "html_sha256", "project"),
            Column("docsgen.Document", "pdf_sha256", "project"),
            Column("docsgen.Poster", "pdf_sha256", "project"),
        )
        offer("document", "docsgen.handler.DocumentHandler")
        offer("poster", "docsgen.poster.handler.PosterHandler")
