"""The forms of classifications, risks, assessments and decisions."""

from typing import Any, ClassVar

from django import forms

from canvas.cleaning import InvalidAnswers
from canvas.forms.blocks import BlockForm
from canvas.forms.text import PlainText
from canvas.models import GoNoGoSignature, Risk
from canvas.risk.scale import IMPACTS, LIKELIHOODS
from canvas.risk.shape import Ask

LONGEST_PASSWORD = 4_096


def refuse(form: BlockForm, refused: InvalidAnswers) -> None:
    """Put what a service found wrong beside the fields of a form that was valid by itself."""
    form.problems = [*form.problems, *refused.problems]
    for problem in refused.problems:
        form.add_error(problem.field or None, problem.message)


def ask_for(form: BlockForm, missing: list[Ask]) -> None:
    """Say beside each open question that it has to be answered."""
    for ask in missing:
        form.add_error(ask.key, "Answer this question.")


class Signed(PlainText, forms.Form):
    """A form whose password is taken as typed."""

    password = forms.CharField(
        max_length=LONGEST_PASSWORD,
        strip=False,
        label="Password, to confirm it is you",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def _tidy(self, cleaned: dict[str, Any], key: str, value: str) -> None:
        if key != "password":
            super()._tidy(cleaned, key, value)


class SignClassificationForm(Signed):
    """A signature under a classification."""

    field_order = ("note", "password")

    note = forms.CharField(
        max_length=1_000,
        required=False,
        label="Note",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What changed, or who was asked. The journal keeps it.",
    )


class RiskForm(PlainText, forms.ModelForm):
    """A line of the risk register."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    class Meta:
        model = Risk
        fields = (
            "title", "description", "category", "affected", "likelihood", "impact", "treatment", "measures",
            "residual_likelihood", "residual_impact", "owner", "review_on", "status",
        )  # fmt: skip
        labels: ClassVar = {
            "title": "Risk",
            "description": "What may happen",
            "affected": "Who would be harmed",
            "measures": "Measures",
            "residual_likelihood": "Likelihood that remains",
            "residual_impact": "Impact that remains",
            "review_on": "Review on",
        }
        help_texts: ClassVar = {
            "title": "In a few words, so that people find it in the list.",
            "description": "Cause, event and consequence.",
            "category": "What is at stake.",
            "affected": "People or groups, also those who never use the system.",
            "measures": "What is done, by whom, by when.",
            "residual_likelihood": "Once the measures are in place.",
            "residual_impact": "Judge both, or neither yet.",
            "owner": "One person who answers for it.",
            "review_on": "It is marked overdue once this date has passed.",
        }
        widgets: ClassVar = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "measures": forms.Textarea(attrs={"rows": 3}),
            "review_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scales = {"likelihood": LIKELIHOODS, "impact": IMPACTS}
        for key in ("likelihood", "impact", "residual_likelihood", "residual_impact"):
            held, needed = self.fields[key], not key.startswith("residual")
            words = [(number, f"{number} {word}: {meaning}") for number, word, meaning in scales[key.split("_")[-1]]]
            self.fields[key] = forms.TypedChoiceField(
                coerce=int,
                empty_value=None,
                required=needed,
                label=held.label,
                help_text=held.help_text if not needed else "",
                choices=[("", "Choose one" if needed else "Not judged yet"), *words],
            )
        for key, choices in (("category", Risk.Category.choices), ("treatment", Risk.Treatment.choices)):
            field = self.fields[key]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  made from the model
            field.choices = [("", "Choose one"), *choices]

    def clean(self) -> dict[str, Any]:
        """What remains is judged in both ways or not at all, and is no more than what there was."""
        cleaned = super().clean() or self.cleaned_data
        for key, problem in residual_problems(cleaned).items():
            self.add_error(key, problem)
        return cleaned


def residual_problems(values: dict[str, Any]) -> dict[str, str]:
    """What is wrong with the judgement of what remains, by field."""
    problems = {}
    for key in ("likelihood", "impact"):
        before, after = values.get(key), values.get(f"residual_{key}")
        other = values.get(f"residual_{'impact' if key == 'likelihood' else 'likelihood'}")
        if after is None and other is not None:
            problems[f"residual_{key}"] = "Judge both the likelihood and the impact that remain, or neither."
        if after is not None and before is not None and after > before:
            problems[f"residual_{key}"] = f"What remains cannot be more than the {key} before, which is {before}."
    if values.get("treatment") in (Risk.Treatment.REDUCE, Risk.Treatment.TRANSFER) and not values.get("measures"):
        problems["measures"] = "Say what is done to reduce or transfer it."
    return problems


class AcceptRiskForm(Signed):
    """A signature under what remains of a risk."""

    field_order = ("based_on", "comment", "password")

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        max_length=1_000,
        label="Why it can be borne",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The journal keeps it.",
    )


class SignDecisionForm(Signed):
    """A signature under a go/no-go decision."""

    field_order = ("capacity", "comment", "password")

    capacity = forms.ChoiceField(
        choices=GoNoGoSignature.Capacity.choices,
        label="You sign as",
        widget=forms.RadioSelect,
        help_text="The sponsor answers for the money, the risk owner for the harm. They are two people.",
    )
    comment = forms.CharField(
        max_length=1_000, required=False, label="Comment", widget=forms.Textarea(attrs={"rows": 2})
    )


class WithdrawForm(PlainText, forms.Form):
    """Why a proposal is taken back."""

    comment = forms.CharField(max_length=1_000, required=False, label="Why", widget=forms.Textarea(attrs={"rows": 2}))


class ConditionMetForm(PlainText, forms.Form):
    """How somebody knows that a condition is met."""

    note = forms.CharField(max_length=400, label="How do you know?")
