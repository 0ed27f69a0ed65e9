from typing import Any

from django import forms

from canvas.forms.text import PlainText
from data.forms.datasets import DescriptionForm


class ReferenceForm(PlainText, DescriptionForm):
    """A snapshot by its address."""

    field_order = ("uri", "digest", "store_copy", "name")

    uri = forms.CharField(
        max_length=1000,
        label="Address",
        help_text="A file of the server in a folder that its operator named, or where the rows lie elsewhere.",
    )
    digest = forms.CharField(
        max_length=200,
        required=False,
        help_text="As algorithm:value. Needed for rows that lie elsewhere; held against a file of the server.",
    )
    store_copy = forms.BooleanField(
        required=False,
        label="Store a copy",
        help_text="Only for a file of the server. Without it the file is read where it lies, and must stay there.",
    )
    name = forms.CharField(
        max_length=120, help_text="Snapshots under the same name are numbered: record new rows under the old name."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uri"].example = "s3://bucket/triage/2026-11/test.parquet"  # type: ignore[attr-defined]  # read by `field`
