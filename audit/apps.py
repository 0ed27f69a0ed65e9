from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The journal."""

    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Journal"
