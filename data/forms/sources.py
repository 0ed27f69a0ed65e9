import math
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from canvas.currencies import currency_code
from canvas.forms.text import PlainText
from data.models import DataSource, QualityCheck

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
            "freshness_days",
            "last_refreshed_on",
            "cost_amount",
            "cost_currency",
            "cost_period",
        )
        labels: ClassVar = {
            "freshness_days": "Newest rows at most this many days old",
            "last_refreshed_on": "Last renewed on",
            "cost_amount": "Cost",
            "cost_currency": "Currency",
            "cost_period": "Paid",
        }
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
            "freshness_days": "Beyond this age the source counts as overdue.",
            "last_refreshed_on": "When its newest rows arrived.",
            "cost_amount": "What access to it costs.",
            "cost_currency": "Three letters, such as EUR.",
        }
        widgets: ClassVar = {
            "origin": forms.Textarea(attrs={"rows": 3}),
            "known_quality_issues": forms.Textarea(attrs={"rows": 3}),
            "last_refreshed_on": forms.DateInput(attrs={"type": "date"}),
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
        for field, sentence in terms_problems(cleaned).items():
            self.add_error(field, sentence)
        cleaned["cost_currency"] = (cleaned.get("cost_currency") or "").upper()
        return cleaned


class QualityCheckForm(PlainText, forms.ModelForm):
    """One look at the quality of a source."""

    passed = forms.TypedChoiceField(
        choices=[("yes", "Good enough"), ("no", "Not good enough")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        label="Result",
    )

    class Meta:
        model = QualityCheck
        fields = ("dimension", "name", "measured", "unit", "limit", "passed", "checked_on", "note")
        labels: ClassVar = {"name": "What was checked", "limit": "Held to", "checked_on": "Checked on"}
        help_texts: ClassVar = {
            "measured": "The figure, if there is one.",
            "limit": "The figure that it should reach, or stay below.",
            "note": "How it was checked, and what was found.",
        }
        widgets: ClassVar = {
            "checked_on": forms.DateInput(attrs={"type": "date"}),
            "note": forms.Textarea(attrs={"rows": 2}),
        }

    def clean(self) -> dict[str, Any]:
        """A figure that is a number, on a day that has come."""
        cleaned = super().clean()
        for field, sentence in check_problems(cleaned).items():
            self.add_error(field, sentence)
        return cleaned


def terms_problems(sent: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a source's cost and freshness, by field."""
    found = {}
    amount, currency = sent.get("cost_amount"), sent.get("cost_currency") or ""
    if amount is not None and amount < 0:
        found["cost_amount"] = "A cost is not negative."
    if currency:
        try:
            currency_code(currency)
        except ValueError as reason:
            found["cost_currency"] = str(reason)
    if amount is not None and not currency:
        found["cost_currency"] = "Name the currency of the cost."
    if amount is not None and not sent.get("cost_period"):
        found["cost_period"] = "Say how often this cost is paid."
    if amount is None and (currency or sent.get("cost_period")):
        found["cost_amount"] = "Enter the amount, or leave currency and period empty."
    day = sent.get("last_refreshed_on")
    if day is not None and day > timezone.localdate():
        found["last_refreshed_on"] = "This day has not come yet."
    return found


def check_problems(sent: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a quality check, by field."""
    found = {}
    day = sent.get("checked_on")
    if day is not None and day > timezone.localdate():
        found["checked_on"] = "This day has not come yet."
    for key in ("measured", "limit"):
        value = sent.get(key)
        if value is not None and not math.isfinite(value):
            found[key] = "Enter a finite number."
    return found
