from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """The evidence."""

    name = "evaluation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the rooms below what this one can do."""
        from evaluation import offers  # noqa: PLC0415  needs the models of every room to be loaded

        offers.make()
