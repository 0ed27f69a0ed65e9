"""What people say when they ask for an evaluation."""

import uuid
from typing import Any

from django import forms
from django.urls import reverse

from canvas.models import Project
from data.models import Dataset
from data.rows import why_not_here
from evaluation.asked import Asked, columns_of, suggested_slices
from registry.models import ModelVersion

Task = Project.Task


class _SnapshotSelect(forms.Select):
    """A list of snapshots in which those whose rows nobody can read here are seen and cannot be chosen."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:  # Any: Django's
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        snapshot = getattr(value, "instance", None)
        if snapshot is not None and not snapshot.has_rows:
            option["attrs"]["disabled"] = True
        return option


class _EvaluationForm(forms.Form):
    """What both ways of evaluating have in common."""

    version = forms.ModelChoiceField(ModelVersion.objects.none(), empty_label=None)
    dataset = forms.ModelChoiceField(Dataset.objects.none(), label="Snapshot", empty_label=None, widget=_SnapshotSelect)
    request_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:  # Any: Django's form arguments
        kwargs["initial"] = {"request_key": uuid.uuid4().hex} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        versions = ModelVersion.objects.filter(model__project=project).select_related("model")
        self.fields["version"].queryset = versions.order_by("model__name", "-number")  # type: ignore[attr-defined]
        datasets = Dataset.objects.filter(project=project).select_related("schema").defer("declared")
        self.fields["dataset"].queryset = datasets  # type: ignore[attr-defined]
        self.fields["dataset"].label_from_instance = _named  # type: ignore[attr-defined]

    def clean_dataset(self) -> Dataset | None:
        """A snapshot whose rows can be read, or the reason why this one's cannot."""
        dataset: Dataset | None = self.cleaned_data["dataset"]
        if dataset is not None and (reason := why_not_here(dataset)):
            raise forms.ValidationError(reason)
        return dataset


class ModelEvaluationForm(_EvaluationForm):
    """Run a version on a snapshot; the columns on offer are the snapshot's."""

    label_column = forms.ChoiceField(label="True labels")
    positive_label = forms.CharField(
        max_length=200,
        required=False,
        label="Positive label",
        help_text="For a binary task whose labels are not 0 and 1: the label that counts as found, such as malignant.",
    )
    slice_columns = forms.MultipleChoiceField(
        required=False,
        label="Slices",
        widget=forms.CheckboxSelectMultiple,
        help_text="The results are also measured for each value or range of these columns.",
    )

    def __init__(self, *args: Any, project: Project, dataset: Dataset | None, **kwargs: Any) -> None:  # Any: as above
        initial = kwargs.get("initial") or {}
        if dataset is not None:
            label = dataset.label_column
            initial = {
                "dataset": dataset,
                "label_column": label,
                "slice_columns": suggested_slices(dataset, label),
            } | initial
        super().__init__(*args, project=project, **(kwargs | {"initial": initial}))
        names = columns_of(dataset) if dataset is not None else []
        # Another snapshot has other columns: its own form takes this one's place.
        self.fields["dataset"].widget.attrs |= {
            "hx-get": reverse("evaluation:job-create", args=[project.slug]),
            "hx-trigger": "change",
            "hx-include": "#id_version, #id_dataset",
            "hx-target": "#evaluation-form",
            "hx-select": "#evaluation-form",
            "hx-swap": "outerHTML",
        }
        self.fields["label_column"].choices = [("", "Choose a column"), *((name, name) for name in names)]  # type: ignore[attr-defined]
        sliced = [(name, name) for name in names if dataset is not None and name != dataset.label_column]
        self.fields["slice_columns"].choices = sliced  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """What was asked for."""
        cleaned = self.cleaned_data
        return Asked(
            dataset=cleaned["dataset"],
            label_column=cleaned["label_column"],
            positive_label=cleaned["positive_label"],
            slice_columns=cleaned["slice_columns"],
        )


class PredictionsEvaluationForm(_EvaluationForm):
    """Measure predictions that were made elsewhere."""

    predictions = forms.FileField(
        label="File of labels and predictions", help_text="CSV or Parquet, one row per case, with a header."
    )
    label_column = forms.CharField(max_length=200, label="Column with the true labels", initial="label")
    prediction_column = forms.CharField(
        max_length=200,
        required=False,
        label="Column with the predictions",
        initial="prediction",
        help_text="Classes or numbers. May stay empty when there are probabilities.",
    )
    score_columns = forms.CharField(
        required=False,
        label="Columns with probabilities",
        help_text="Binary: the column with the probability of the positive label. Several classes: class=column, "
        "separated by commas, one for every class.",
    )
    positive_label = forms.CharField(
        max_length=200,
        required=False,
        label="Positive label",
        help_text="For a binary task whose labels are not 0 and 1.",
    )
    slice_columns = forms.CharField(
        required=False, label="Slices", help_text="Columns of the file or of the snapshot, separated by commas."
    )
    baseline_column = forms.CharField(
        max_length=200,
        required=False,
        label="Column with a simpler rule's predictions",
        help_text="What the model has to beat. Without it, the most frequent label or the mean is taken.",
    )
    field_order = ("version", "predictions", "label_column", "prediction_column", "score_columns")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:  # Any: as above
        super().__init__(*args, project=project, **kwargs)
        dataset = self.fields["dataset"]
        dataset.required = False
        dataset.empty_label = "None: held-out data cannot be shown then"  # type: ignore[attr-defined]
        dataset.help_text = "The snapshot the predictions were made for, row by row in its order."

    def clean_score_columns(self) -> dict[str, str]:
        """Class to column; a single column speaks of the positive label."""
        return parsed_scores(self.cleaned_data["score_columns"])

    def clean_slice_columns(self) -> list[str]:
        """The names between the commas."""
        return _words(self.cleaned_data["slice_columns"])

    def asked(self) -> Asked:
        """What was asked for, but for the file itself."""
        same = ("dataset", "label_column", "prediction_column", "score_columns", "baseline_column", "positive_label")
        given = {name: self.cleaned_data[name] for name in (*same, "slice_columns")}
        return Asked(**given)


def parsed_scores(text: str) -> dict[str, str]:
    """`column`, or `class=column, class=column`, as class to column; the positive class of a lone column is ""."""
    parts = [part.partition("=") for part in _words(text)]
    if any(not sign and len(parts) > 1 for _, sign, _ in parts):
        raise forms.ValidationError("Write class=column for each class, separated by commas.")
    return {(name.strip() if sign else ""): (column.strip() if sign else name) for name, sign, column in parts}


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _named(dataset: Dataset) -> str:
    role = dataset.get_split_role_display().lower()
    if dataset.is_declared:
        return f"{dataset} ({role}, declared only: its rows are not here)"
    if not dataset.has_rows:
        return f"{dataset} ({role}, not read yet)"
    return f"{dataset} ({role}, {dataset.rows:,} rows)"
