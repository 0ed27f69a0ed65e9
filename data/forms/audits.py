from typing import Any

from django import forms
from django.utils import timezone

from canvas.forms.text import PlainText
from canvas.models import Project
from data.models import Dataset, LabelingMethod
from data.services.audits import MOST_SAMPLED


def _today() -> str:
    return timezone.localdate().isoformat()


class AuditForm(PlainText, forms.Form):
    """What a second look at a sample of labels found."""

    dataset = forms.ModelChoiceField(
        queryset=Dataset.objects.none(),
        required=False,
        empty_label="None",
        label="Snapshot",
        help_text="Whose labels were looked at.",
    )
    sample_size = forms.IntegerField(min_value=1, max_value=10**9, label="Labels looked at")
    # `errors` is what Django calls a form's own problems.
    wrong = forms.IntegerField(min_value=0, max_value=10**9, label="Of these, wrong")
    population = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10**12,
        label="Labels in all",
        help_text="How many labels the sample stands for. Taken from the snapshot when left open.",
    )
    drawn = forms.CharField(
        max_length=300,
        label="How the sample was drawn",
        help_text="An error rate holds for all labels only if the sample was drawn at random.",
    )
    audited_by = forms.CharField(max_length=200, required=False, label="Audited by", help_text="By role.")
    audited_on = forms.DateField(
        label="Audited on", initial=_today, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    note = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text="Which errors were found, and why."
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["dataset"], project)


class SampleForm(forms.Form):
    """Rows to draw for an audit."""

    dataset = forms.ModelChoiceField(queryset=Dataset.objects.none(), label="Snapshot")
    size = forms.IntegerField(min_value=1, max_value=MOST_SAMPLED, label="Rows to draw")

    def __init__(self, *args: Any, project: Project, method: LabelingMethod | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["dataset"], project)
        if method is not None:
            self.fields["dataset"].initial = (
                method.datasets.order_by("-created_at").values_list("pk", flat=True).first()
            )


class SizeForm(forms.Form):
    """How precise an estimate is wanted."""

    precision = forms.FloatField(
        min_value=0.1,
        max_value=50,
        initial=2,
        label="Wished precision",
        help_text="Percentage points to either side of the error rate.",
    )
    expected = forms.FloatField(
        min_value=0.1,
        max_value=99.9,
        initial=5,
        label="Expected error rate",
        help_text="In percent. 50 when nothing is known: that asks for most.",
    )
    population = forms.IntegerField(required=False, min_value=1, max_value=10**12, label="Labels in all")


class SheetForm(PlainText, forms.Form):
    """A filled-in sheet of a drawn sample."""

    file = forms.FileField(
        label="Audited sheet",
        allow_empty_file=True,
        help_text="The downloaded sheet with yes or no in the column “wrong” of every row.",
    )
    audited_by = forms.CharField(max_length=200, label="Audited by", help_text="By role.")
    audited_on = forms.DateField(
        label="Audited on", initial=_today, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))


def _offer(field: forms.Field, project: Project) -> None:
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared above
    field.queryset = Dataset.objects.filter(project=project)
