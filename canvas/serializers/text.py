import math
from typing import Any, ClassVar

from rest_framework import serializers

from canvas.cleaning import clean_text

LONGEST_TEXT = 4000


class PlainText:
    """A serializer whose texts obey the canvas's own rules: no invisible characters, line breaks only where they fit."""

    texts_with_lines: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, sent: Any) -> dict[str, Any]:  # Any: JSON from outside
        """Tidy every text, or say beside its field what to remove; numbers are finite."""
        values: dict[str, Any] = super().to_internal_value(sent)  # type: ignore[misc]  # the serializer beside it
        problems: dict[str, list[str]] = {}
        for key, value in values.items():
            try:
                values[key] = self._tidy(key, value)
            except ValueError as reason:
                problems[key] = [str(reason)]
        if problems:
            raise serializers.ValidationError(problems)
        return values

    def _tidy(self, key: str, value: Any) -> Any:  # Any: a value of the field's own type
        if isinstance(value, str):
            return clean_text(value, max_length=LONGEST_TEXT, lines=key in self.texts_with_lines)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("Send a finite number.")
        return value
