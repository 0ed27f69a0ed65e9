"""The forms of comments and reviews."""

from typing import Any

from django import forms

from canvas.blocks import Block
from canvas.forms.text import PlainText

LONGEST = 4000


class RemarkForm(PlainText, forms.Form):
    """What somebody says in a thread."""

    text = forms.CharField(
        max_length=LONGEST,
        label="Comment",
        widget=forms.Textarea(
            attrs={"rows": 3, "dir": "auto", "data-mentions": "", "data-key": "c", "data-key-label": "Comment"}
        ),
        help_text="Markdown. Type @ to name a member; they are told on their home page.",
        error_messages={"required": "Write something first."},
    )


class CommentForm(RemarkForm):
    """A new thread on a block or one of its fields."""

    field = forms.ChoiceField(required=False, label="About")

    field_order = ("field", "text")

    def __init__(self, block: Block, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = self.fields["field"]
        assert isinstance(about, forms.ChoiceField)  # noqa: S101  declared above
        about.choices = [("", "The whole block"), *((one.key, one.label) for one in block.fields)]


class AcceptanceForm(PlainText, forms.Form):
    """The acceptance of a revision."""

    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    comment = forms.CharField(max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class EvidenceForm(PlainText, forms.Form):
    """A record to be linked as proof."""

    field = forms.ChoiceField(required=False, label="Proves", help_text="The field that the record bears out.")
    record = forms.ChoiceField(
        label="Record",
        help_text="At most 200 of a kind are listed, the newest first.",
        error_messages={"invalid_choice": "This record is not on the list any more. Choose another one."},
    )
    note = forms.CharField(max_length=300, required=False, help_text="What in it proves the field.")

    def __init__(
        self, block: Block, records: list[tuple[str, list[tuple[str, str]]]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        about, record = self.fields["field"], self.fields["record"]
        assert isinstance(about, forms.ChoiceField)  # noqa: S101  declared above
        assert isinstance(record, forms.ChoiceField)  # noqa: S101  as above
        about.choices = [("", "The whole block"), *((one.key, one.label) for one in block.fields)]
        record.choices = [("", "Choose a record"), *records]
