"""The form of a KPI."""

from typing import Any, ClassVar

from django import forms

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

    class Meta:
        model = Kpi
        fields = (
            "name",
            "kind",
            "definition",
            "metric",
            "unit",
            "direction",
            "baseline_value",
            "target_value",
            "threshold",
            "threshold_upper",
            "due_on",
            "owner",
            "data_origin",
            "cadence",
            "parent",
        )
        labels: ClassVar = {
            "baseline_value": "Value today",
            "target_value": "Target",
            "threshold": "Release threshold",
            "threshold_upper": "Upper end of the band",
            "due_on": "Due",
            "data_origin": "Where the figure comes from",
            "cadence": "How often it is measured",
            "parent": "Serves the KPI",
        }
        help_texts: ClassVar = {
            "threshold": "What a version must meet before it is released. For a band, its lower end.",
            "threshold_upper": "Only for a band.",
            "parent": "The business measure that improves when this one does.",
        }
        widgets: ClassVar = {
            "due_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
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
        others = Kpi.objects.filter(project=project, retired_at__isnull=True).exclude(pk=self.instance.pk)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)  # noqa: S101  made from the model
        parent.queryset = others
        parent.empty_label = "None"

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
        return cleaned
