"""How messages look on the wire: JSON by protobuf's rules in, and JSON as MLflow's clients read it out."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from registry.mlflow_api import bodies

LARGEST_INT64 = 2**63 - 1
DEEPEST = 60
LARGEST_FLOAT = 1.7976931348623157e308
# The numbers of JSON, where they are sent as texts: Python reads much else for a number, such as “1_000” and “٣”.
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_NOT_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Malformed(ValueError):
    """The message cannot be read; the text says which field and why, for people."""


class Message:
    """The fields of one request, each read as what it has to be.

    Names are snake_case, and camelCase is read too; unknown fields are ignored; a null is a field left out.
    """

    def __init__(self, fields: Mapping[str, Any], where: str = "") -> None:
        self._fields = {_snake(key): value for key, value in fields.items() if value is not None}
        self._where = where

    @property
    def place(self) -> str:
        """Where this message stands within the one that was sent, as a prefix of its fields' names."""
        return self._where

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def text(self, name: str, *, default: str = "", longest: int | None = None) -> str:
        """A text; one that has to be kept holds neither NUL nor half characters."""
        value = self._fields.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Malformed(f"{self._named(name)} has to be a text, not {_kind(value)}.")
        text = str(value)
        if not text.isprintable() or not text.isascii():
            check_text(text, self._named(name))
        if longest is not None and len(text) > longest:
            raise Malformed(f"{self._named(name)} has {len(text):,} characters; at most {longest:,} are kept.")
        return text

    def required(self, name: str, *, longest: int | None = None) -> str:
        """A text that has to be there and to say something."""
        text = self.text(name, longest=longest)
        if not text:
            raise Malformed(f"Missing value for required parameter '{self._where}{name}'.")
        return text

    def whole(self, name: str, *, default: int = 0) -> int:
        """An int64, sent as a number or as a text."""
        value = self._fields.get(name, default)
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not -LARGEST_INT64 - 1 <= value <= LARGEST_INT64:
            raise Malformed(f"{self._named(name)} has to be a whole number of 64 bits, not {_shown(value)}.")
        return value

    def double(self, name: str) -> float:
        """A number, or the texts NaN, Infinity and -Infinity; required."""
        value = self._fields.get(name)
        if value is None:
            raise Malformed(f"Missing value for required parameter '{self._where}{name}'.")
        if isinstance(value, str) and value in _NOT_NUMBERS:
            return _NOT_NUMBERS[value]
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            value = float(value)
            if math.isinf(value):
                raise Malformed(f"{self._named(name)} is too large for a number of 64 bits.")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Malformed(f"{self._named(name)} has to be a number, not {_shown(value)}.")
        try:
            return float(value)
        except OverflowError:
            raise Malformed(f"{self._named(name)} is too large for a number of 64 bits.") from None

    def flag(self, name: str) -> bool:
        """A yes or no; no where it is left out."""
        value = self._fields.get(name, False)
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise Malformed(f"{self._named(name)} has to be true or false, not {_shown(value)}.")
        return value

    def choice(self, name: str, choices: Sequence[str], *, default: str = "") -> str:
        """One of several names, or its place among them as a number counted from 1."""
        value = self._fields.get(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= len(choices):
            return choices[value - 1]
        if isinstance(value, str) and (value in choices or value == default):
            return value
        raise Malformed(f"{self._named(name)} is {_shown(value)}. It is one of {', '.join(choices)}.")

    def texts(self, name: str) -> list[str]:
        """A list of texts; a single text is a list of one, as a query string has it."""
        value = self._fields.get(name, [])
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise Malformed(f"{self._named(name)} has to be a list of texts.")
        for one in found:
            check_text(one, self._named(name))
        return found

    def messages(self, name: str) -> "Iterator[Message]":
        """A list of messages."""
        value = self._fields.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise Malformed(f"{self._named(name)} has to be a list of objects.")
        for number, one in enumerate(value):
            yield Message(one, f"{self._where}{name}[{number}].")

    def message(self, name: str) -> "Message":
        """A message within this one; an empty one where it is left out."""
        value = self._fields.get(name, {})
        if not isinstance(value, dict):
            raise Malformed(f"{self._named(name)} has to be an object.")
        return Message(value, f"{self._where}{name}.")

    def _named(self, name: str) -> str:
        return f"Parameter '{self._where}{name}'"


def read(request: HttpRequest) -> Message:
    """The message of a request: its query string for GET, else its JSON body.

    Raises Malformed. A body has to be called application/json, which no form of another site can send.
    """
    if request.method in ("GET", "HEAD"):
        return Message({key: values if len(values) > 1 else values[0] for key, values in request.GET.lists() if values})
    if not (body := bodies.message(request)):
        return Message({})
    if request.content_type != "application/json":
        raise Malformed(f"The body is called {request.content_type or 'nothing'!r}; it has to be application/json.")
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error}.") from None
    if not isinstance(fields, dict):
        raise Malformed("The body has to be a JSON object.")
    _check_depth(fields, 0)
    return Message(fields)


def answer(fields: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A message as an answer; what is None or an empty list in `fields` is left out."""
    said = {key: value for key, value in fields.items() if value is not None and value != []}
    body = orjson.dumps(said)
    # Without its length, an answer is sent in transfer chunks, which costs a client a second look at the connection.
    headers = {"Content-Length": str(len(body))}
    return HttpResponse(body, content_type="application/json", status=status, headers=headers)


def number(value: float) -> float | str:
    """A double as protobuf's JSON has it: a text where it is not finite."""
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


def check_text(text: str, what: str) -> None:
    """Raise Malformed for a text that no database keeps."""
    if "\0" in text:
        raise Malformed(f"{what} holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Malformed(f"{what} holds half of a character (a lone surrogate).") from None


def enum_names(kind: type[Enum]) -> list[str]:
    """The values of an enumeration, in its own order."""
    return [str(one.value) for one in kind]


def _snake(name: str) -> str:
    return name if name.islower() else _CAMEL.sub(r"_\1", name).lower()


def _check_depth(value: dict[str, Any] | list[Any], depth: int) -> None:
    if depth > DEEPEST:
        raise Malformed(f"The body is nested deeper than {DEEPEST} levels.")
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, dict | list):
            _check_depth(one, depth + 1)


def _kind(value: Any) -> str:
    return {bool: "true or false", list: "a list", dict: "an object"}.get(type(value), "this")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
