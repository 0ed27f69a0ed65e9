from typing import Any

from django import forms

from canvas.models import Project
from data.models import DataSchema, Dataset
from registry.models import TrainingEnvironment


class SkeletonForm(forms.Form):
    """What the skeleton is set up for."""

    environment = forms.ModelChoiceField(
        queryset=TrainingEnvironment.objects.none(), required=False, empty_label="None: packages are not pinned",
        label="Training environment", help_text="Its packages become requirements.txt.",
    )  # fmt: skip
    snapshot = forms.ModelChoiceField(
        queryset=Dataset.objects.none(), required=False, empty_label="None: choose one later in tenet.json",
        label="Snapshot to train on", help_text="The training script fetches it, and checks its SHA-256.",
    )  # fmt: skip
    schema = forms.ModelChoiceField(
        queryset=DataSchema.objects.none(), required=False, empty_label="The snapshot's own, if it has one",
        label="Schema", help_text="The test in tests/ holds data/raw against it, and its features are what is trained on.",
    )  # fmt: skip

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {
            "environment": TrainingEnvironment.objects.filter(project=project).order_by("-recorded_at", "-pk"),
            "snapshot": Dataset.objects.filter(project=project).select_related("schema").order_by("name", "-number"),
            "schema": DataSchema.objects.filter(project=project).order_by("name", "-number"),
        }
        for name, queryset in kept.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]  # a ModelChoiceField
