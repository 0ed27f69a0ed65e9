from django.apps import AppConfig


class DocsgenConfig(AppConfig):
    """The paper."""

    name = "docsgen"
    default_auto_field = "django.db.models.BigAutoField"
