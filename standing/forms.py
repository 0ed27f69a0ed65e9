"""The forms of this room: somebody's word, and the installation's targets."""

from typing import Any, ClassVar

from django import forms

from canvas.forms.text import PlainText
from standing.models import Practice
from standing.targets import TARGETS, problem


class PracticeForm(PlainText, forms.ModelForm):
    """Somebody's word on a criterion."""

    holds = forms.TypedChoiceField(
        label="Does it hold?",
        choices=[("", "Choose one"), ("yes", "It holds"), ("no", "It does not hold")],
        coerce=lambda value: value == "yes",
    )
    expires_on = forms.DateField(
        label="Until",
        required=False,
        help_text="When somebody has to look again. Needed for a word that it holds.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    class Meta:
        model = Practice
        fields = ("holds", "reason", "expires_on")
        help_texts: ClassVar = {"reason": "What shows it: a link, a file, a report. Links are never fetched."}
        widgets: ClassVar = {"reason": forms.Textarea(attrs={"rows": 3})}


class TargetsForm(PlainText, forms.Form):
    """What the installation measures itself against."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for target in TARGETS:
            self.fields[target.key] = forms.FloatField(
                label=f"{target.label} ({target.unit})",
                help_text=". ".join(filter(None, [target.help.rstrip("."), f"Default {target.default:g}."])),
            )
        self.fields["reason"] = forms.CharField(max_length=300, help_text="Why the targets should change.")

    def clean(self) -> dict[str, Any]:
        """Each number lies where it means something."""
        cleaned = super().clean() or self.cleaned_data
        for target in TARGETS:
            value = cleaned.get(target.key)
            if value is not None and (said := problem(target, value)):
                self.add_error(target.key, said)
        return cleaned

    @property
    def values(self) -> dict[str, float]:
        """The numbers that were typed, once they are valid."""
        return {target.key: self.cleaned_data[target.key] for target in TARGETS}
