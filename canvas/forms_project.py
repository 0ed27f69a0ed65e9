from typing import Any, ClassVar

from django import forms

from canvas.kpis import metric_choices
from canvas.models import Kpi, Project
from canvas.roles import Role


class ProjectForm(forms.ModelForm):
    """A new project."""

    class Meta:
        model = Project
        fields = ("name", "purpose", "task", "risk_tier")
        labels: ClassVar = {"task": "Prediction task", "risk_tier": "Risk tier"}
        help_texts: ClassVar = {
            "name": "What people will call it. It also makes the address, which never changes.",
            "purpose": "One sentence: what is decided better, for whom.",
            "task": "Leave it open if you do not know yet.",
            "risk_tier": "How much depends on the model being right.",
        }
        widgets: ClassVar = {"purpose": forms.Textarea(attrs={"rows": 2})}


class ProjectSettingsForm(ProjectForm):
    """What can be changed about a project."""

    class Meta(ProjectForm.Meta):
        fields = ("name", "purpose", "task", "risk_tier", "allow_code_formats")
        labels: ClassVar = ProjectForm.Meta.labels | {"allow_code_formats": "Run pickle and joblib models"}
        help_texts: ClassVar = ProjectForm.Meta.help_texts | {
            "name": "What people call it. The address stays as it is.",
            "allow_code_formats": "Such files carry code. They are run only inside the sandbox, and only where it holds.",
        }


class MemberForm(forms.Form):
    """Somebody's place in a project."""

    username = forms.CharField(max_length=150, help_text="As they sign in.")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.CONTRIBUTOR)


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=Role.choices)


class TokenForm(forms.Form):
    """A token for a program."""

    name = forms.CharField(max_length=100, label="What it is for", help_text="For example: nightly training.")
    days = forms.IntegerField(min_value=1, max_value=365, initial=90, label="Days until it expires")


class KpiForm(forms.ModelForm):
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
            "due_on": forms.DateInput(attrs={"type": "date"}),
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
        others = Kpi.objects.filter(project=project, retired_at__isnull=True).exclude(pk=self.instance.pk)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)  # noqa: S101  made from the model
        parent.queryset = others

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
