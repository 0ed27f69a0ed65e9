"""The forms of processes, opportunities and the weights of their ranking."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from canvas.forms.text import PlainText
from canvas.models import Opportunity, Process
from canvas.ranking import KEYS, SUBTRACTED, Weights

PERCENT = 100
SCALES = {
    "value": ("Value", "How much would it be worth if it worked?", ("None", "Very high")),
    "feasibility": ("Feasibility", "How likely is it that a prediction can be good enough?", ("Hopeless", "Certain")),
    "data_readiness": (
        "Data readiness",
        "How much of the data is here, allowed and labelled?",
        ("Nothing", "All ready"),
    ),
    "risk": ("Risk", "How much harm may a wrong prediction do? High is bad.", ("None", "Very high")),
    "effort": ("Effort", "How much work is it until somebody uses it? High is bad.", ("None", "Very high")),
}
RETURNS = {"roi_low": "Return, low", "roi_likely": "Return, likely", "roi_high": "Return, high"}


class ProcessForm(PlainText, forms.ModelForm):
    """A process that is taken apart into tasks."""

    based_on = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    class Meta:
        model = Process
        fields = ("name", "description", "owner")
        help_texts: ClassVar = {
            "name": "A piece of work as people call it: loan applications, returns of goods.",
            "description": "What starts it, who does what, and how it ends today.",
            "owner": "Who answers for the process.",
        }
        widgets: ClassVar = {"description": forms.Textarea(attrs={"rows": 4})}

    def _get_validation_exclusions(self) -> set[str]:
        # Whether the name is taken is the service's to say, in one sentence for page and API.
        return {*super()._get_validation_exclusions(), "name"}  # type: ignore[misc]  # Django has it, its stubs do not


class OpportunityForm(PlainText, forms.ModelForm):
    """An idea: the task, the prediction, five scores and the expected return."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    class Meta:
        model = Opportunity
        fields = ("process", "task", "idea", *SCALES, "is_prohibited", *RETURNS)
        labels: ClassVar = {
            "idea": "Prediction",
            "is_prohibited": "It would be a prohibited practice",
        }
        help_texts: ClassVar = {
            "process": "The piece of work that the task belongs to.",
            "task": "What somebody does today, in a few words. It also names the project that may come of it.",
            "idea": "What would be predicted, about what, and who would do what with it.",
            "is_prohibited": "Under the law that holds for you, for example Article 5 of the EU AI Act. It then scores 0.",
        }
        widgets: ClassVar = {"idea": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, (label, help_text, (lowest, highest)) in SCALES.items():
            words = {0: f"0: {lowest.lower()}", 5: f"5: {highest.lower()}"}
            self.fields[key] = forms.TypedChoiceField(
                label=label,
                help_text=help_text,
                coerce=int,
                choices=[("", "Choose one"), *((n, words.get(n, str(n))) for n in range(6))],
            )
        for key, label in RETURNS.items():
            self.fields[key] = forms.FloatField(
                label=label,
                required=False,
                help_text="Percent: gain minus cost, over cost." if key == "roi_likely" else "Percent",
                min_value=-PERCENT,
                max_value=1e6,
            )
            held = getattr(self.instance, key)
            if held is not None:
                self.initial[key] = round(held * PERCENT, 6)
        process = self.fields["process"]
        assert isinstance(process, forms.ModelChoiceField)  # noqa: S101  made from the model
        process.empty_label = "Choose one"

    def clean(self) -> dict[str, Any]:
        """The three returns are in order, and stored as shares."""
        cleaned = super().clean() or self.cleaned_data
        for key in RETURNS:
            if cleaned.get(key) is not None:
                cleaned[key] = cleaned[key] / PERCENT
        if problem := returns_problem(cleaned):
            self.add_error(*problem)
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # Whether the task is taken is the service's to say, in one sentence for page and API.
        return {*super()._get_validation_exclusions(), "task"}  # type: ignore[misc]  # Django has it, its stubs do not


class ReasonForm(PlainText, forms.Form):
    """Why an idea is put aside, or brought back."""

    reason = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    based_on = forms.IntegerField(widget=forms.HiddenInput)


class WeightsForm(PlainText, forms.Form):
    """How much each score counts."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in KEYS:
            help_text = "Subtracted, from 0 to 1" if key in SUBTRACTED else "Added, from 0 to 1"
            self.fields[key] = forms.FloatField(
                label=SCALES[key][0],
                help_text=help_text,
                min_value=0,
                max_value=1,
                widget=forms.NumberInput(attrs={"step": "0.01"}),
            )
        self.fields["reason"] = forms.CharField(max_length=300, help_text="Why the ranking should change.")

    @property
    def weights(self) -> Weights:
        """What was typed, once it is valid."""
        return Weights(**{key: self.cleaned_data[key] for key in KEYS})


def returns_problem(said: Mapping[str, Any]) -> tuple[str, str] | None:
    """The field and the sentence when the three returns contradict each other."""
    low, likely, high = (said.get(key) for key in RETURNS)
    if likely is None and (low is not None or high is not None):
        return "roi_likely", "Fill in the likely return too, or leave all three open."
    if low is not None and likely is not None and low > likely:
        return "roi_low", "The low return lies above the likely one."
    if high is not None and likely is not None and high < likely:
        return "roi_high", "The high return lies below the likely one."
    return None
