"""What all forms of this room make of typed text."""

from typing import Any

from django import forms

from canvas.cleaning import clean_text

LONGEST = 4000


class PlainText(forms.BaseForm):
    """A form whose texts obey the canvas's own rules: no invisible characters, line breaks only where they fit."""

    def clean(self) -> dict[str, Any]:
        """Tidy every text, or say beside its field what to remove."""
        cleaned = super().clean() or self.cleaned_data
        for key, value in list(cleaned.items()):
            if isinstance(value, str):
                self._tidy(cleaned, key, value)
        return cleaned

    def _tidy(self, cleaned: dict[str, Any], key: str, value: str) -> None:
        field = self.fields[key]
        try:
            cleaned[key] = clean_text(
                value,
                max_length=getattr(field, "max_length", None) or LONGEST,
                lines=isinstance(field.widget, forms.Textarea),
            )
        except ValueError as reason:
            self.add_error(key, str(reason))
