from typing import ClassVar

from django import forms

from data.models import LabelingMethod


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
