"""Which runs a table shows: the same questions on the page, in the address and over REST."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone

from canvas.models import Project
from registry.mlflow_api.search.finding import matching
from registry.mlflow_api.search.grammar import Clause, clauses_of
from registry.mlflow_api.search.kinds import RUNS
from registry.mlflow_api.wire import Malformed
from registry.models import Experiment, Run

OPEN = "open"
STATUSES = [("", "Any"), (OPEN, "Going or scheduled"), *Run.Status.choices]
SHOWN = [("", "Without the deleted"), ("deleted", "Deleted only"), ("all", "Deleted too")]


class DayField(forms.DateField):
    """A day on which a run may have been recorded; the calendar's ends have no day before or after them."""

    def __init__(self, **kwargs: Any) -> None:
        validators = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2999, 12, 31))]
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}), validators=validators, **kwargs)


class RunFilterForm(forms.Form):
    """Questions to a project's runs; every one may stay open."""

    experiment = forms.ModelChoiceField(Experiment.objects.none(), required=False, empty_label="All")
    status = forms.ChoiceField(choices=STATUSES, required=False)
    name = forms.CharField(max_length=200, required=False, label="Name contains")
    by = forms.CharField(max_length=200, required=False, label="Started by")
    since = DayField(required=False, label="From")
    until = DayField(required=False, label="To")
    shown = forms.ChoiceField(choices=SHOWN, required=False, label="Deleted runs")
    filter = forms.CharField(
        max_length=4_000,
        required=False,
        label="In MLflow’s words",
        help_text="Such as: metrics.val_auc > 0.9 and params.max_depth = '4' and tags.team LIKE 'north%'",
        widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocapitalize": "off"}),
    )
    parent = forms.RegexField(r"^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput)

    # What narrows the list beyond the experiment: a tree of it would hide the children that match.
    NARROWING = ("status", "name", "by", "since", "until", "filter", "parent")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        fields: dict[str, Any] = self.fields
        fields["experiment"].queryset = Experiment.objects.filter(project=project)

    def clean_filter(self) -> list[Clause]:
        try:
            clauses = clauses_of(self.cleaned_data["filter"])
            matching(RUNS, Run.objects.none(), clauses)  # whether every clause asks what can be asked
        except Malformed as reason:
            raise forms.ValidationError(str(reason)) from reason
        return clauses

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if (since := said.get("since")) and (until := said.get("until")) and until < since:
            self.add_error("until", "This day lies before the first one. Swap the two.")
        return said

    @property
    def experiments(self) -> int:
        """How many experiments the project has."""
        choices: Any = self.fields["experiment"]
        return int(choices.queryset.count())

    @property
    def narrows(self) -> bool:
        """Whether it asks for more than an experiment."""
        return any(self.cleaned_data.get(key) for key in self.NARROWING)

    def runs(self) -> QuerySet[Run]:
        """The runs that answer the questions; questions that could not be understood are left out."""
        said = self.cleaned_data
        found = Run.objects.filter(experiment__project=self.project)
        if said.get("shown") != "all":
            found = found.filter(deleted_at__isnull=said.get("shown") != "deleted")
        if experiment := said.get("experiment"):
            found = found.filter(experiment=experiment)
        if status := said.get("status"):
            found = found.filter(status__in=Run.OPEN if status == OPEN else [status])
        if parent := said.get("parent"):
            found = found.filter(parent__run_id=parent)
        return self._by_people_and_days(matching(RUNS, found, said.get("filter") or []))

    def _by_people_and_days(self, found: QuerySet[Run]) -> QuerySet[Run]:
        said = self.cleaned_data
        if name := said.get("name"):
            found = found.filter(name__icontains=name)
        if by := said.get("by"):
            people = Q(created_by__username__icontains=by) | Q(created_by__name__icontains=by)
            found = found.filter(Q(started_by__icontains=by) | people)
        if since := said.get("since"):
            found = found.filter(created_at__gte=_start_of(since))
        if until := said.get("until"):
            found = found.filter(created_at__lt=_start_of(until + timedelta(days=1)))
        return found


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
