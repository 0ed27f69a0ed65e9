"""The forms of readings: one by hand, many from a file."""

from typing import Any

from django import forms
from django.utils import timezone

from canvas.forms.text import PlainText
from canvas.services.readings import Reading, problem_with

CORRECT = "Put it in the place of another value of that day"


class ReadingForm(PlainText, forms.Form):
    """One reading, entered by hand."""

    measured_on = forms.DateField(
        label="Measured on", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    value = forms.FloatField(label="Value", widget=forms.NumberInput(attrs={"step": "any"}))
    lower = forms.FloatField(
        required=False, label="95 % interval, from", widget=forms.NumberInput(attrs={"step": "any"})
    )
    upper = forms.FloatField(required=False, label="to", widget=forms.NumberInput(attrs={"step": "any"}))
    sample_size = forms.IntegerField(required=False, min_value=1, max_value=10**15, label="Cases behind it")
    note = forms.CharField(required=False, max_length=300, label="Note")
    correct = forms.BooleanField(required=False, label=CORRECT)

    def clean(self) -> dict[str, Any]:
        """An interval has two ends around the value, and nothing is measured in the future."""
        cleaned = super().clean()
        if not self.errors and (problem := problem_with(self.reading, today=timezone.localdate())):
            self.add_error(
                "measured_on" if "future" in problem else "lower" if "interval" in problem else "value", problem
            )
        return cleaned

    @property
    def reading(self) -> Reading:
        """What was entered."""
        return Reading(**{key: value for key, value in self.cleaned_data.items() if key != "correct"})


class ReadingFileForm(forms.Form):
    """A table of readings."""

    file = forms.FileField(
        label="CSV file",
        help_text="Columns date and value, and where you have them lower, upper, n and note. All rows are stored, or none.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    correct = forms.BooleanField(required=False, label="Put the values in the place of others of the same days")
