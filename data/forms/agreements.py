from collections.abc import Sequence
from typing import Any

from django import forms

from canvas.forms.text import PlainText
from data.label_codes import LONG, WIDE, Layout
from data.models import DisputedRow, LabelAgreement
from data.services.agreements import LONGEST_REASON
from data.tables import BadFileName, check_file_name
from data.uploads import sent_name

NO_LABEL = "none"
FEW_LABELS = 12


class LabelTableForm(forms.Form):
    """A table of several people's labels."""

    file = forms.FileField(
        label="Table of labels",
        allow_empty_file=True,
        help_text="CSV or Parquet. One column that names the row, and one column for each labeler; or one line for each "
        "label, with the row, the labeler and the label. Leave a cell empty where no label was given.",
    )

    def clean_file(self) -> Any:  # Any: Django's uploaded file
        """A plain file name; nothing is made out of a path."""
        file = self.cleaned_data["file"]
        try:
            check_file_name(sent_name(file))
        except BadFileName as reason:
            raise forms.ValidationError(str(reason)) from reason
        return file


class LayoutForm(forms.Form):
    """How an uploaded table of labels is to be read."""

    layout = forms.ChoiceField(
        label="Layout",
        choices=[(WIDE, "One column for each labeler"), (LONG, "One line for each label")],
        widget=forms.RadioSelect,
    )
    key_column = forms.ChoiceField(label="Names the row", help_text="Its values tell rows apart.")
    labelers = forms.MultipleChoiceField(
        label="Columns of labels",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="One for each labeler. Only for the first layout.",
    )
    labeler_column = forms.ChoiceField(
        label="Names the labeler", required=False, help_text="Only for the second layout."
    )
    label_column = forms.ChoiceField(label="Holds the label", required=False, help_text="Only for the second layout.")
    scale = forms.ChoiceField(
        label="Scale of the labels",
        choices=LabelAgreement.Scale.choices,
        widget=forms.RadioSelect,
        help_text="How much two different labels differ: all alike, by their rank, or by their numbers.",
    )
    order = forms.CharField(
        label="Order of the labels",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Only for an ordinal scale: one label a line, from lowest to highest.",
    )
    is_folded = forms.BooleanField(
        label="Treat labels as the same that differ only in case or spaces",
        required=False,
        help_text="Otherwise “Yes” and “yes” count as two labels.",
    )
    table = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, columns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(name, name) for name in columns]
        for key in ("key_column", "labelers"):
            self.fields[key].choices = offered  # type: ignore[attr-defined]  # choice fields
        for key in ("labeler_column", "label_column"):
            self.fields[key].choices = [("", "None"), *offered]  # type: ignore[attr-defined]  # as above

    @staticmethod
    def from_layout(layout: Layout) -> dict[str, Any]:
        """A layout as the form's first answers."""
        return layout.as_stored() | {"labelers": list(layout.labelers), "order": "\n".join(layout.order)}

    def as_layout(self) -> Layout:
        """What was chosen; columns of the other layout are left aside."""
        said = self.cleaned_data
        is_wide = said["layout"] == WIDE
        return Layout(
            layout=said["layout"],
            key_column=said["key_column"],
            labelers=tuple(said["labelers"]) if is_wide else (),
            labeler_column="" if is_wide else said["labeler_column"],
            label_column="" if is_wide else said["label_column"],
            scale=said["scale"],
            order=tuple(line.strip() for line in said["order"].splitlines() if line.strip())
            if said["scale"] == LabelAgreement.Scale.ORDINAL
            else (),
            is_folded=said["is_folded"],
        )


class DecisionForm(PlainText, forms.Form):
    """The label that a disputed row gets."""

    label = forms.ChoiceField(label="Label")
    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What decided it. Needed when no label is right.",
    )
    based_on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: DisputedRow, labels: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = list(labels)
        # Labels are told apart by their place: as text, one of them might read like “none”.
        choices = [(str(at), label) for at, label in enumerate(self.labels)]
        given = set(row.labels.values())
        choices.sort(key=lambda choice: choice[1] not in given)
        field = self.fields["label"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.widget = forms.RadioSelect() if len(choices) <= FEW_LABELS else forms.Select()
        field.choices = [*choices, (NO_LABEL, "No label is right")]

    def chosen(self) -> str:
        """The label, or nothing where none is right."""
        said = self.cleaned_data["label"]
        return "" if said == NO_LABEL else self.labels[int(said)]


def choice_of(row: DisputedRow, labels: Sequence[str]) -> str:
    """A row's decision as the form's first answer."""
    if row.decided_at is None:
        return ""
    return str(list(labels).index(row.decided_label)) if row.decided_label in labels else NO_LABEL
