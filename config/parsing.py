"""How the API reads JSON: as the standard says, and nothing that a record could not keep."""

import math
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 60


class StrictJSONParser(JSONParser):
    """JSON without NaN, bottomless nesting, NUL characters or halves of characters: each is a 400 with a sentence."""

    strict = True

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The body as plain values."""
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("This JSON is nested too deep. Send a flatter one.") from error
        _check(body, 0)
        return body


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise ParseError(f"This JSON is nested deeper than {DEEPEST} levels. Send a flatter one.")
    if isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth + 1)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        # A number such as 1e400 is valid JSON, and reads as infinity.
        raise ParseError("A number is too large to be kept. Send one below 1e308.")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ParseError("A text holds a NUL character, which cannot be kept. Remove it.")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ParseError("A text holds half of a character (a lone surrogate). Send whole characters in UTF-8.")
