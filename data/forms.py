from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from canvas.models import Project
from data.models import Dataset, DataSource, LabelingMethod
from data.tables import BadFileName, check_file_name
from data.uploads import sent_name

PERSONAL = {DataSource.PersonalData.PERSONAL, DataSource.PersonalData.SPECIAL}


class SourceForm(forms.ModelForm):
    """Where data comes from."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = DataSource
        fields = (
            "name",
            "kind",
            "owner",
            "origin",
            "location",
            "collection_period",
            "refresh",
            "volume",
            "licence",
            "personal_data",
            "lawful_basis",
            "known_quality_issues",
            "access_status",
            "retention",
        )
        help_texts: ClassVar = {
            "owner": "The person or team that answers questions about it.",
            "origin": "How the data came to be: who recorded what, on which occasion.",
            "location": "A table, an address or a folder. Never a password.",
            "collection_period": "From when to when.",
            "refresh": "How often new data arrives.",
            "licence": "The terms under which you may use it.",
            "lawful_basis": "For personal data: consent, contract, legal duty, public task or legitimate interest.",
            "known_quality_issues": "Gaps, duplicates, delays, changes of meaning.",
            "retention": "How long it may be kept.",
        }
        widgets: ClassVar = {
            "origin": forms.Textarea(attrs={"rows": 3}),
            "known_quality_issues": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        examples = {
            "name": "Mammography reports 2019–2024",
            "collection_period": "January 2019 to December 2024",
            "refresh": "Every night",
            "licence": "CC BY 4.0",
        }
        for name, example in examples.items():
            self.fields[name].example = example  # type: ignore[attr-defined]  # read by the `field` tag

    def clean(self) -> dict[str, Any]:
        """Personal data needs a reason in law."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("personal_data") in PERSONAL and not cleaned.get("lawful_basis"):
            self.add_error("lawful_basis", "Personal data needs a lawful basis. Name it, or say that there is none.")
        return cleaned


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


class MethodForm(forms.ModelForm):
    """How true labels were obtained."""

    class Meta:
        model = LabelingMethod
        fields: ClassVar[tuple[str, ...]] = (
            "name",
            "approach",
            "label_meaning",
            "guideline",
            "labelers",
            "agreement",
            "quality_control",
            "sample_size",
            "known_weaknesses",
        )
        labels: ClassVar = {"label_meaning": "What each label means", "sample_size": "Rows labelled"}
        help_texts: ClassVar = {
            "approach": "Who or what decides on a label.",
            "label_meaning": "Each value of the label, and when it applies.",
            "guideline": "What labelers were told, or where the guideline is.",
            "labelers": "By role and number, not by name.",
            "agreement": "How far labelers agreed on the same rows, and how that was measured.",
            "quality_control": "How wrong labels are found and put right.",
            "known_weaknesses": "Where labels are known to be doubtful.",
        }
        widgets: ClassVar = {
            "label_meaning": forms.Textarea(attrs={"rows": 3}),
            "guideline": forms.Textarea(attrs={"rows": 3}),
            "quality_control": forms.Textarea(attrs={"rows": 2}),
            "known_weaknesses": forms.Textarea(attrs={"rows": 2}),
        }


class MethodRevisionForm(MethodForm):
    """The next version of a labeling method."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    change_reason = forms.CharField(
        max_length=300, label="Why it changes", help_text="One sentence. It stands in the history and in documents."
    )

    class Meta(MethodForm.Meta):
        fields: ClassVar[tuple[str, ...]] = MethodForm.Meta.fields[1:]


class BindForm(forms.Form):
    """A schema to bind a snapshot to."""

    schema = forms.IntegerField(min_value=1)


def _offer(field: forms.Field, choices: Any) -> None:  # Any: a queryset of either model
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared above
    field.queryset = choices
