"""The form of a KPI."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from canvas.blocks import BLOCKS
from canvas.forms.text import PlainText
from canvas.kpis import metric_choices
from canvas.models import Kpi, Project


class KpiForm(PlainText, forms.ModelForm):
    """A KPI with its target, direction and release threshold."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    metric = forms.ChoiceField(
        required=False,
        label="Evaluation metric",
        help_text="What an evaluation measures it by. Leave it open for a business measure.",
    )

    blocks = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        choices=[(block.number, f"{block.number} {block.title}") for block in BLOCKS],
        widget=forms.CheckboxSelectMultiple,
        label="Blocks of the canvas it belongs to",
    )

    class Meta:
        model = Kpi
        fields = (
            "name",
            "kind",
            "definition",
            "metric",
            "entity",
            "formula",
            "unit",
            "direction",
            "baseline_value",
            "baseline_on",
            "target_value",
            "threshold",
            "threshold_upper",
            "due_on",
            "owner",
            "data_origin",
            "cadence",
            "parent",
            "parent_sign",
        )
        labels: ClassVar = {
            "entity": "One observation is",
            "formula": "Formula",
            "baseline_value": "Value today",
            "baseline_on": "Measured on",
            "target_value": "Target",
            "threshold": "Release threshold",
            "threshold_upper": "Upper end of the band",
            "due_on": "Due",
            "data_origin": "Where the figure comes from",
            "cadence": "How often it is measured",
            "parent": "Serves the KPI",
            "parent_sign": "When this one rises, that one",
        }
        help_texts: ClassVar = {
            "entity": "What is counted once: a case, an order, a day, a site.",
            "formula": "How it is computed, where no evaluation metric does it.",
            "data_origin": "The report, the system or the evaluation that delivers it.",
            "threshold": "What a version must meet before it is released. For a band, its lower end.",
            "threshold_upper": "Only for a band.",
            "parent": "The business measure that improves when this one does.",
        }
        widgets: ClassVar = {
            "due_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "baseline_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "definition": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(choice.key, choice.label) for choice in metric_choices(project.task)]
        held = self.instance.metric if self.instance.pk else ""
        if held and held not in dict(offered):
            offered.append((held, held))
        metric = self.fields["metric"]
        assert isinstance(metric, forms.ChoiceField)  # noqa: S101  declared above
        metric.choices = [("", "None"), *offered]
        for key, choices in (("kind", Kpi.Kind.choices), ("direction", Kpi.Direction.choices)):
            choice = self.fields[key]
            assert isinstance(choice, forms.ChoiceField)  # noqa: S101  made from the model
            choice.choices = [("", "Choose one"), *choices]
        # A KPI that was retired later stays the one that is served, until somebody chooses another.
        offered_parents = Q(retired_at__isnull=True) | Q(pk=self.instance.parent_id)
        others = Kpi.objects.filter(offered_parents, project=project).exclude(pk=self.instance.pk)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)  # noqa: S101  made from the model
        parent.queryset = others
        parent.empty_label = "None"
        sign = self.fields["parent_sign"]
        assert isinstance(sign, forms.ChoiceField)  # noqa: S101  made from the model
        sign.choices = [("", "Not said"), ("+", "rises with it"), ("-", "falls")]
        if self.instance.pk:
            self.initial["blocks"] = self.instance.blocks

    def clean(self) -> dict[str, Any]:
        """A band needs two ends in order; a release threshold needs something that measures it."""
        cleaned = super().clean() or self.cleaned_data
        low, high = cleaned.get("threshold"), cleaned.get("threshold_upper")
        if cleaned.get("direction") == Kpi.Direction.BAND:
            if low is not None and high is None:
                self.add_error("threshold_upper", "A band has two ends. Fill in the upper one.")
            elif low is not None and high is not None and low >= high:
                self.add_error("threshold_upper", "The upper end has to be above the lower end.")
        elif high is not None:
            self.add_error("threshold_upper", "Only a band has an upper end. Clear it, or choose “Inside a band”.")
        if cleaned.get("parent_sign") and "parent" in cleaned and cleaned["parent"] is None:
            self.add_error("parent", "Choose the KPI that this one is expected to move.")
        if (measured := cleaned.get("baseline_on")) and measured > timezone.localdate():
            self.add_error("baseline_on", "A baseline was measured on or before today.")
        return cleaned


class TargetReasonForm(PlainText, forms.Form):
    """Why a target outside the evidence can be reached, signed."""

    reason = forms.CharField(
        max_length=2000,
        label="Why the target can be reached",
        help_text="Published results, a pilot, a change that is planned: something that a reader can check.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def _tidy(self, cleaned: dict[str, Any], key: str, value: str) -> None:
        if key != "password":
            super()._tidy(cleaned, key, value)


class CloseForm(PlainText, forms.Form):
    """What came of a KPI."""

    closed_on = forms.DateField(label="Closed on", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    result = forms.CharField(
        max_length=2000,
        label="Result",
        help_text="Was the target reached, by how much, and what follows from it?",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
