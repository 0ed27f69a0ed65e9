from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """The evidence."""

    name = "evaluation"
    default_auto_field = "django.db.models.BigAutoField"
