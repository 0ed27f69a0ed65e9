from typing import Any, ClassVar

from django import forms

from data.models import DataSource

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
