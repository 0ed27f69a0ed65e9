from decimal import Decimal

from django import forms

GIB = 2**30
MOST_GIB = 1_000_000


class LimitForm(forms.Form):
    """How much a project may keep."""

    gigabytes = forms.DecimalField(
        label="May keep (GiB)",
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(MOST_GIB),
        decimal_places=3,
        help_text="Empty for the installation's default.",
    )

    @property
    def limit_bytes(self) -> int | None:
        """The limit in bytes; None for the default."""
        asked = self.cleaned_data["gigabytes"]
        return None if asked is None else int(asked * GIB)
