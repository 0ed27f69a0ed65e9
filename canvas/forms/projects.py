"""The forms of a project, its members and its tokens."""

from typing import Any, ClassVar

from django import forms

from canvas.forms.text import PlainText
from canvas.models import Project
from canvas.roles import Role


class ProjectForm(PlainText, forms.ModelForm):
    """A new project."""

    class Meta:
        model = Project
        fields: tuple[str, ...] = ("name", "purpose", "task", "risk_tier")
        labels: ClassVar = {"task": "Prediction task", "risk_tier": "Risk tier"}
        help_texts: ClassVar = {
            "name": "What people will call it. It also makes the address, which never changes.",
            "purpose": "One sentence: what is decided better, for whom.",
            "task": "Leave it open if you do not know yet.",
            "risk_tier": "A first guess. Once the project is classified, the tier follows the classification.",
        }
        widgets: ClassVar = {"purpose": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tier = self.fields["risk_tier"]
        assert isinstance(tier, forms.ChoiceField)  # noqa: S101  made from the model
        if self.instance.pk and self.instance.classifications.exists():
            tier.disabled = True
            tier.help_text = "It follows the signed classification. Classify the project again to change it."
        else:
            # What is forbidden is found by a classification, never picked.
            tier.choices = [choice for choice in Project.RiskTier.choices if choice[0] != Project.RiskTier.PROHIBITED]


class ProjectSettingsForm(ProjectForm):
    """What can be changed about a project."""

    class Meta(ProjectForm.Meta):
        fields = ("name", "purpose", "task", "risk_tier", "allow_code_formats")
        labels: ClassVar = ProjectForm.Meta.labels | {"allow_code_formats": "Run pickle and joblib models"}
        help_texts: ClassVar = ProjectForm.Meta.help_texts | {
            "name": "What people call it. The address stays as it is.",
            "allow_code_formats": "Such files carry code. They are run only inside the sandbox, and only where it holds.",
        }


class MemberForm(PlainText, forms.Form):
    """Somebody's place in a project."""

    username = forms.CharField(max_length=150, help_text="As they sign in.")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.CONTRIBUTOR)


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=Role.choices)


class TokenForm(PlainText, forms.Form):
    """A token for a program."""

    name = forms.CharField(max_length=100, label="What it is for", help_text="For example: nightly training.")
    days = forms.IntegerField(min_value=1, max_value=365, initial=90, label="Days until it expires")
