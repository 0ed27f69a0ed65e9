from collections.abc import Sequence
from typing import Any

from django import forms

from registry.models import Run
from registry.run_comparison import MetricLine
from registry.services import selections

HIGHER, LOWER = "higher", "lower"


LONGEST_NOTE = 8_000
LONGEST_REASON = 500


class NoteForm(forms.Form):
    """What is to be known about a run."""

    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="MLflow's clients know it as the run's description.",
    )


class RunReasonForm(forms.Form):
    """Why a run is set aside."""

    reason = forms.CharField(required=False, max_length=LONGEST_REASON, help_text="It appears in the journal.")


class ExperimentForm(forms.Form):
    """An experiment's name."""

    name = forms.CharField(max_length=500, help_text="What its runs try, for example: thresholds on the spring data.")


class SelectionForm(forms.Form):
    """Which of the compared runs was chosen, by which metric, and why."""

    chosen = forms.ChoiceField(label="Chosen run")
    metric = forms.ChoiceField(help_text="The one metric that the candidates were compared by.")
    direction = forms.ChoiceField(
        choices=[(HIGHER, "Higher is better"), (LOWER, "Lower is better")], label="Which way is better"
    )
    reason = forms.CharField(
        max_length=selections.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        label="Why this one",
        help_text="What speaks for it beyond the metric, and what was given up. The version's page shows it.",
    )

    def __init__(self, *args: Any, runs: Sequence[Run], metrics: Sequence[MetricLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["chosen"].choices = [(run.run_id, f"{run.name} ({run.run_id[:8]})") for run in runs]
        fields["metric"].choices = [(line.key, line.key) for line in metrics]

    def choice(self) -> dict[str, Any]:
        """What was said, as the service takes it."""
        said = dict(self.cleaned_data)
        return said | {"higher_is_better": said.pop("direction") == HIGHER}
