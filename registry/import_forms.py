"""What people type and choose to take over records from another MLflow server."""

from typing import Any

from django import forms

from outside import addresses
from registry.mlflow_import.contents import Contents


class ServerForm(forms.Form):
    """A server and how to sign in to it."""

    url = forms.CharField(
        label="Address",
        max_length=addresses.LONGEST,
        help_text="What MLFLOW_TRACKING_URI is set to there, such as https://mlflow.example.org.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label="Token",
        required=False,
        max_length=2_000,
        help_text="Or username:password. It is kept encrypted and never shown again.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def clean_url(self) -> str:
        """The address without the spaces around it."""
        url: str = self.cleaned_data["url"].strip()
        return url


class ChoiceForm(forms.Form):
    """What of a server's contents to take over."""

    experiments = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    models = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, there: Contents, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("experiments", [(one.experiment_id, one.name) for one in there.experiments])
        self._choices("models", [(one.name, one.name) for one in there.models])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  both are
        field.choices = choices
