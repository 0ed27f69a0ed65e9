from typing import Any

from django import forms

from canvas.models import Project
from data.models import Dataset
from docsgen.documents import VERSION, about
from registry.models import ModelVersion


class DocumentForm(forms.Form):
    """Which document, about which version."""

    version = forms.ModelChoiceField(queryset=ModelVersion.objects.none(), label="Model version", empty_label=None)
    kind = forms.ChoiceField(label="Document", choices=[(row.key, row.title) for row in about(VERSION)])

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["version"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared above
        versions = ModelVersion.objects.filter(model__project=project).select_related("model")
        field.queryset = versions.order_by("model__name", "-number")


class DatasheetForm(forms.Form):
    """The datasheet of which snapshot."""

    dataset = forms.ModelChoiceField(queryset=Dataset.objects.none(), label="Snapshot", empty_label=None)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["dataset"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared above
        field.queryset = Dataset.objects.filter(project=project).order_by("name", "-number")
