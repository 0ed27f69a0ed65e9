from typing import Any

from django import forms
from django.db.models import Q

from canvas.models import Project
from data.models import Dataset, DataSource, LabelingMethod
from data.tables import BadFileName, check_file_name
from data.uploads import sent_name


class DescriptionForm(forms.Form):
    """What is said about a snapshot's rows."""

    split_role = forms.ChoiceField(
        choices=Dataset.SplitRole.choices,
        label="Split role",
        help_text="What the rows may be used for. Test rows must never be trained on.",
    )
    label_column = forms.CharField(
        max_length=200,
        required=False,
        help_text="The column that holds the truth, exactly as the first line writes it.",
    )
    description = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text="What one row stands for."
    )
    sources = forms.ModelMultipleChoiceField(
        queryset=DataSource.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Data sources",
        help_text="Where the rows come from. A model may only be promoted when this is known.",
    )
    labeling_method = forms.ModelChoiceField(
        queryset=LabelingMethod.objects.none(),
        required=False,
        empty_label="None",
        help_text="How the values of the label column were obtained.",
    )
    preparation = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="How rows were selected, cleaned and split, so that somebody else could do it again.",
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        methods = LabelingMethod.objects.filter(project=project)
        # The newest version of each, and the one that is bound already.
        held = self.initial.get("labeling_method")
        offered = methods.filter(Q(pk__in=methods.newest().values("pk")) | Q(pk=held.pk if held else None))
        _offer(self.fields["sources"], DataSource.objects.filter(project=project))
        _offer(self.fields["labeling_method"], offered)


class UploadForm(DescriptionForm):
    """A new snapshot."""

    # The service says what to do about an empty file.
    file = forms.FileField(
        label="File", allow_empty_file=True, help_text="CSV in UTF-8 with column names in the first line, or Parquet."
    )
    name = forms.CharField(
        max_length=120, help_text="Snapshots under the same name are numbered: upload new rows under the old name."
    )

    def clean_file(self) -> Any:  # Any: Django's uploaded file
        """A plain file name; nothing is made out of a path."""
        file = self.cleaned_data["file"]
        try:
            check_file_name(sent_name(file))
        except BadFileName as reason:
            raise forms.ValidationError(str(reason)) from reason
        return file


class DatasetDescriptionForm(DescriptionForm):
    """A changed description, with a mark of the one it rests on."""

    based_on = forms.CharField(widget=forms.HiddenInput)


class BindForm(forms.Form):
    """A schema to bind a snapshot to."""

    schema = forms.IntegerField(min_value=1)


def _offer(field: forms.Field, choices: Any) -> None:  # Any: a queryset of either model
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared above
    field.queryset = choices
