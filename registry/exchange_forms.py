from django import forms


class ArchiveForm(forms.Form):
    """An exported model to bring in."""

    file = forms.FileField(
        label="Exported model",
        help_text="A file that ends in .tenet-model.zip, from this installation or another one. It is checked to its last "
        "byte before anything is kept, and nothing in it is run.",
        widget=forms.FileInput({"accept": ".zip,application/zip"}),
    )


class RestoreForm(forms.Form):
    """The name a model is restored under."""

    name = forms.CharField(
        label="Name of the model",
        max_length=256,
        help_text="Where a model of this name exists, the versions it does not have yet are added to it.",
    )
