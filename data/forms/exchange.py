from typing import Any

from django import forms

from canvas.models import Project
from data.contracts.reading import LARGEST
from data.models import DataSchema, Dataset, DataSource


class CheckForm(forms.Form):
    """Against which schema; the snapshot's own, if none is named."""

    schema = forms.ModelChoiceField(queryset=DataSchema.objects.none(), required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["schema"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared above
        field.queryset = DataSchema.objects.filter(project=project)


class DescriptionFileForm(forms.Form):
    """A file, or its text pasted."""

    file = forms.FileField(required=False, allow_empty_file=True, label="File")
    text = forms.CharField(
        required=False,
        strip=False,
        max_length=LARGEST,
        label="Or paste its text",
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two, as bytes under `content`."""
        cleaned = super().clean() or self.cleaned_data
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if file is not None:
            # One byte more than is accepted, so that a larger file is seen to be one.
            cleaned["content"] = file.read(LARGEST + 1)
        elif text.strip():
            cleaned["content"] = text.encode("utf-8", "surrogatepass")
        elif not self.errors:
            self.add_error("file", "Choose a file, or paste its text below.")
        return cleaned


class SchemaImportForm(DescriptionFileForm):
    """A schema from a data contract or a table schema."""

    field_order = ("file", "text", "name", "table", "note")
    name = forms.CharField(
        max_length=120,
        required=False,
        help_text="The schema's name here. Empty: as the file calls it. A name in use gets its next version.",
    )
    table = forms.CharField(
        max_length=200, required=False, help_text="Which table, where the file describes more than one."
    )
    note = forms.CharField(max_length=300, required=False, help_text="A sentence for the history.")


class CroissantImportForm(DescriptionFileForm):
    """The description of somebody else's data set."""

    field_order = ("file", "text", "name", "table", "split_role", "personal_data", "access_status")
    name = forms.CharField(
        max_length=120, required=False, help_text="The snapshot's name here. Empty: as the file calls it."
    )
    table = forms.CharField(
        max_length=200, required=False, label="Record set", help_text="Where the file describes more than one."
    )
    split_role = forms.ChoiceField(choices=Dataset.SplitRole.choices, help_text="What the rows may be used for.")
    personal_data = forms.ChoiceField(
        choices=[("", "Choose"), *DataSource.PersonalData.choices],
        help_text="Whether the data speak of identifiable people. The file cannot answer this for you.",
    )
    access_status = forms.ChoiceField(
        choices=[("", "Choose"), *DataSource.AccessStatus.choices], help_text="Whether you may use the data."
    )
