import re
from typing import Any, ClassVar

from django import forms

from canvas.forms.text import PlainText
from data import guidelines
from data.models import LabelingMethod
from data.uploads import sent_name


class MethodForm(PlainText, forms.ModelForm):
    """How true labels were obtained."""

    guideline_file = forms.FileField(
        required=False,
        allow_empty_file=True,
        label="Guideline as a file",
        help_text="PDF, Word, Markdown, HTML or text, at most 20 MiB. People download it; nothing here opens it.",
        widget=forms.FileInput(attrs={"accept": ",".join(guidelines.ENDINGS)}),
    )

    class Meta:
        model = LabelingMethod
        fields: ClassVar[tuple[str, ...]] = (
            "name",
            "approach",
            "label_meaning",
            "guideline",
            "labelers",
            "labeler_role",
            "labeler_count",
            "agreement",
            "quality_control",
            "sample_size",
            "cost_amount",
            "cost_currency",
            "cost_unit",
            "known_weaknesses",
        )
        labels: ClassVar = {
            "label_meaning": "What each label means",
            "guideline": "Guideline",
            "labeler_role": "Role of the labelers",
            "labeler_count": "How many labelers",
            "agreement": "Agreement, as declared",
            "sample_size": "Rows labelled",
            "cost_amount": "Cost",
            "cost_currency": "Currency",
            "cost_unit": "For",
        }
        help_texts: ClassVar = {
            "approach": "Who or what decides on a label.",
            "label_meaning": "Each value of the label, and when it applies.",
            "guideline": "What labelers were told. Write it here, attach it as a file, or both.",
            "labelers": "By role and number, not by name.",
            "labeler_role": "Such as radiologist, clerk, crowd worker.",
            "agreement": "What somebody says about it. A figure measured from a table of labels stands beside it.",
            "quality_control": "How wrong labels are found and put right.",
            "cost_currency": "Three letters, such as EUR.",
            "cost_unit": "What the amount is for: a label, an hour, all of it.",
            "known_weaknesses": "Where labels are known to be doubtful.",
        }
        widgets: ClassVar = {
            "label_meaning": forms.Textarea(attrs={"rows": 3}),
            "guideline": forms.Textarea(attrs={"rows": 6}),
            "quality_control": forms.Textarea(attrs={"rows": 2}),
            "known_weaknesses": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The service asks for a text or a file.
        self.fields["guideline"].required = False
        self.fields["guideline"].max_length = 20_000  # type: ignore[attr-defined]  # a text field

    def clean_cost_currency(self) -> str:
        """Three capital letters."""
        code = str(self.cleaned_data["cost_currency"]).upper()
        if code and not re.fullmatch(r"[A-Z]{3}", code):
            raise forms.ValidationError("Write the currency as three letters, such as EUR.")
        return code

    def clean(self) -> dict[str, Any]:
        """An amount of money has a currency and is for something; it is not negative."""
        cleaned = super().clean() or self.cleaned_data
        amount = cleaned.get("cost_amount")
        if amount is not None and amount < 0:
            self.add_error("cost_amount", "A cost cannot be negative.")
        if amount is not None and not cleaned.get("cost_currency") and "cost_currency" not in self.errors:
            self.add_error("cost_currency", "Say in which currency, such as EUR.")
        return cleaned

    def service_fields(self) -> dict[str, Any]:
        """What the service takes: the file goes as it was sent."""
        fields = dict(self.cleaned_data)
        file = fields.pop("guideline_file", None)
        return fields | {"guideline_file": guidelines.Sent(file, sent_name(file)) if file else None}


class MethodRevisionForm(MethodForm):
    """The next version of a labeling method."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    without_file = forms.BooleanField(required=False, label="Go on without the attached file")
    change_reason = forms.CharField(
        max_length=300, label="Why it changes", help_text="One sentence. It stands in the history and in documents."
    )

    class Meta(MethodForm.Meta):
        fields: ClassVar[tuple[str, ...]] = MethodForm.Meta.fields[1:]
