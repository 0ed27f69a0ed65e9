"""The table in which a person corrects a schema: one row of controls for each column."""

import csv
from collections.abc import Sequence
from dataclasses import asdict
from io import StringIO
from typing import Any

from django import forms
from django.http import QueryDict

from data.inference import FieldDraft
from data.models import SchemaField
from data.schema_diff import written_number

# A form may have 5,000 controls, and each column takes fourteen.
MOST_EDITABLE = 340
MOST_VALUES = 200


class FieldForm(forms.Form):
    """One column."""

    key = forms.CharField(max_length=200, strip=False, widget=forms.HiddenInput)
    data_type = forms.ChoiceField(choices=SchemaField.DataType.choices, label="Type")
    order = forms.ChoiceField(choices=SchemaField.Order.choices)
    part = forms.ChoiceField(choices=SchemaField.Part.choices, label="Used as")
    is_key = forms.BooleanField(required=False, label="Key")
    is_nullable = forms.BooleanField(required=False, label="May be empty")
    is_sensitive = forms.BooleanField(required=False, label="Sensitive")
    unit = forms.CharField(max_length=40, required=False)
    allowed_values = forms.CharField(max_length=20_000, required=False)
    minimum = forms.FloatField(required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    maximum = forms.FloatField(required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    pattern = forms.CharField(max_length=200, required=False, strip=False)
    classification = forms.CharField(max_length=40, required=False)
    description = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A table has its labels in the first row, which a control far below does not repeat: so each says its own.
        key = self["key"].value()
        for name, field in self.fields.items():
            if name != "key":
                label = field.label or name.replace("_", " ").capitalize()
                field.widget.attrs |= {"aria-label": f"{label} of {key}", "class": _css_class(field.widget)}

    def clean_allowed_values(self) -> list[str]:
        """Values between commas; one that contains a comma stands in quotation marks."""
        text = self.cleaned_data["allowed_values"]
        try:
            rows = list(csv.reader([text], skipinitialspace=True, strict=True)) if text.strip() else []
        except csv.Error as error:
            raise forms.ValidationError("A quotation mark is not closed. Close it.") from error
        values = [value.strip() for value in rows[0] if value.strip()] if rows else []
        if len(values) > MOST_VALUES:
            raise forms.ValidationError(f"At most {MOST_VALUES} values can be listed. Leave the list empty.")
        return values

    def draft(self) -> FieldDraft:
        """The column as the schema service takes it."""
        return FieldDraft(**self.cleaned_data)


class SchemaVersionForm(forms.Form):
    """What is said about a new version as a whole."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        max_length=300, required=False, help_text="What you corrected, in a sentence for the history."
    )
    rebind = forms.BooleanField(
        required=False, initial=True, label="Use the new version for the snapshots that this version describes"
    )


FieldFormSet = forms.formset_factory(FieldForm, extra=0, max_num=MOST_EDITABLE, absolute_max=MOST_EDITABLE)


def field_forms(drafts: Sequence[FieldDraft], posted: QueryDict | None = None) -> Any:  # Any: the class made above
    """The rows of the table, filled with a version's columns or with what was sent."""
    initial = [
        asdict(draft)
        | {
            "allowed_values": _written(draft.allowed_values),
            "minimum": written_number(draft.minimum),
            "maximum": written_number(draft.maximum),
        }
        for draft in drafts
    ]
    return FieldFormSet(posted, initial=initial, prefix="c")


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def _written(values: Sequence[Any]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue().replace(",", ", ") if not any("," in str(value) for value in values) else text.getvalue()
