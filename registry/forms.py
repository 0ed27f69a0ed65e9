"""What people type to register a model and its versions, and to decide a promotion."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.models import User
from canvas.models import Membership, Project
from data.models import Dataset
from registry import json_values
from registry.json_values import NotStorable
from registry.models import ModelVersion, RegisteredModel, Run, Stage, TrainingEnvironment, VersionDataset
from registry.models.versions import LONGEST_ALIAS, LONGEST_MODEL_NAME
from registry.services.versions import VersionDetails

MODEL_NAME = RegexValidator(
    r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", "Use small letters, digits and hyphens, such as breast-mass-triage."
)


def _text(rows: int, help_text: str) -> forms.CharField:
    return forms.CharField(
        required=False, max_length=json_values.LENGTH, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text
    )


class ModelForm(forms.ModelForm):
    """A model, before it has versions."""

    name = forms.CharField(
        max_length=100,
        validators=[MODEL_NAME],
        help_text="Small letters, digits and hyphens. It is part of every address and never changes.",
    )

    class Meta:
        model = RegisteredModel
        fields = ("name", "task", "description")
        help_texts = {
            "task": "Evaluations measure accordingly.",
            "description": "What it predicts, for whom, in a sentence or two.",
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class TaskForm(forms.Form):
    """What a model predicts."""

    task = forms.ChoiceField(choices=[choice for choice in Project.Task.choices if choice[0]], label="It predicts")


class ModelEditForm(forms.Form):
    """What may change of a model at any time: its name, and what it is for."""

    name = forms.CharField(
        max_length=LONGEST_MODEL_NAME,
        strip=False,
        help_text="Anything but “/” and “:”. Scripts that load the model by its old name get an error afterwards.",
    )
    description = forms.CharField(
        required=False,
        max_length=json_values.LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What it predicts, for whom, in a sentence or two.",
    )

    def __init__(self, *args: Any, model: RegisteredModel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": model.name, "description": model.description}


class VersionForm(forms.Form):
    """A version: the file and how it came to be."""

    file = forms.FileField(
        label="Model file",
        max_length=255,
        help_text="skops, ONNX, joblib or pickle. It is recognised by its content and stored, never opened.",
    )
    algorithm = forms.CharField(max_length=200, help_text="For example: logistic regression on standardised features.")
    description = _text(2, "What is new in this version.")
    trained_on = forms.ModelMultipleChoiceField(
        Dataset.objects.none(), required=False, help_text="The snapshots whose rows fitted the model."
    )
    tuned_on = forms.ModelMultipleChoiceField(
        Dataset.objects.none(), required=False, help_text="The snapshots whose rows chose its hyperparameters."
    )
    environment = forms.ModelChoiceField(
        TrainingEnvironment.objects.none(),
        required=False,
        empty_label="The run’s, or none",
        label="Training environment",
        help_text="Record one first if the list lacks it.",
    )
    run = forms.ModelChoiceField(
        Run.objects.none(),
        required=False,
        empty_label="None",
        label="Training run",
        help_text="The run that produced the file.",
    )
    hyperparameters = _text(4, "A JSON object; what the training script set, or chose.")
    selection_note = _text(3, "Which candidates were considered, and why this one won.")
    limits = _text(3, "Where the model is known or expected to be poor.")
    pseudocode = _text(6, "The steps from input to output, in words.")
    example_input = _text(3, "One input as JSON.")
    example_output = _text(2, "What the model answers to it, as JSON.")
    source_code = forms.CharField(
        max_length=400, required=False, help_text="Repository and commit of the training code."
    )
    trained_by = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        empty_label="I did",
        help_text="Whoever trained it cannot approve it.",
    )
    number = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        label="Version number",
        help_text="Leave it open to get the next one.",
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        datasets = Dataset.objects.filter(project=project).order_by("name", "-number")
        fields["trained_on"].queryset = fields["tuned_on"].queryset = datasets
        fields["environment"].queryset = TrainingEnvironment.objects.filter(project=project)
        fields["run"].queryset = Run.objects.filter(experiment__project=project)
        members = Membership.objects.filter(project=project).values("user")
        fields["trained_by"].queryset = User.objects.filter(pk__in=members).order_by("name", "username")

    def clean_hyperparameters(self) -> dict[str, Any]:
        return _parsed(json_values.parse_object, self.cleaned_data["hyperparameters"], "the hyperparameters")

    def clean_example_input(self) -> Any:  # Any: whatever JSON the model takes
        return _parsed(json_values.parse, self.cleaned_data["example_input"], "the example input")

    def clean_example_output(self) -> Any:  # Any: whatever JSON the model answers
        return _parsed(json_values.parse, self.cleaned_data["example_output"], "the example output")

    def details(self) -> VersionDetails:
        """What was typed, as the service takes it."""
        said = dict(self.cleaned_data)
        uses = (
            (VersionDataset.Use.TRAINING, said.pop("trained_on")),
            (VersionDataset.Use.VALIDATION, said.pop("tuned_on")),
        )
        datasets = [(dataset, str(use)) for use, chosen in uses for dataset in chosen]
        for other in ("file", "number"):
            said.pop(other)
        return VersionDetails(**said, datasets=datasets)


class PromotionForm(forms.Form):
    """A request for a stage."""

    stage = forms.ModelChoiceField(Stage.objects.none(), empty_label=None)
    reason = forms.CharField(
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What this version does better, and what it does not. The approver and the model document read it.",
    )

    def __init__(self, *args: Any, version: ModelVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        held = version.stage_assignments.filter(until_at__isnull=True).values("stage")
        fields["stage"].queryset = Stage.objects.exclude(pk__in=held)


class DecisionForm(forms.Form):
    """A signature under a decision."""

    comment = forms.CharField(
        max_length=5_000,
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It appears in the journal and in the model document.",
    )
    password = forms.CharField(
        max_length=4_096,
        strip=False,
        label="Password, to confirm it is you",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class AliasForm(forms.Form):
    """A name for a version."""

    name = forms.CharField(
        max_length=LONGEST_ALIAS, label="Alias", help_text="Letters, digits, hyphens and underscores."
    )


class NoteForm(forms.Form):
    """The note on a version."""

    note = forms.CharField(
        required=False,
        max_length=json_values.LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What others should know of this version since it was registered. The journal keeps what stood here.",
    )


def _parsed(read: Callable[..., Any], text: str, what: str) -> Any:  # Any: JSON of unknown shape
    try:
        return read(text, what=what)
    except NotStorable as reason:
        raise forms.ValidationError(str(reason)) from None
