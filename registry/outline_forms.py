from typing import Any

from django import forms

from registry.services.outlines import LONGEST_NOTE


class NoteForm(forms.Form):
    """A note beside the steps of a model; `after` is the number of the note its writer had seen."""

    text = forms.CharField(
        label="Note",
        widget=forms.Textarea({"rows": 6}),
        max_length=LONGEST_NOTE,
        help_text="What the steps do not say: why a step is there, what to watch. Earlier notes stay in the list.",
    )
    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, sent: Any = None, *, last: int = 0, said: str = "") -> None:  # Any: what Django's forms take
        super().__init__(sent, initial={"after": last, "text": said})
