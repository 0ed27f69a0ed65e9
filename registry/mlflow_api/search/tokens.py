"""Cut a filter or an order into its smallest parts: names, texts, numbers, signs."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from registry.mlflow_api.wire import Malformed

LONGEST = 200_000


class BadSearch(Malformed):
    """What was asked for cannot be read or is not offered; the message says where and why, for people."""


class Kind(StrEnum):
    """What a part is."""

    NAME = "a name"
    TEXT = "a text in single quotes"
    QUOTED = "a text in double quotes, or a name"
    NUMBER = "a number"
    SIGN = "a sign"
    END = "the end"


class Part(NamedTuple):
    """One part of a text: what it is, what it says without its quotes, and where it starts, counted from 1."""

    kind: Kind
    said: str
    at: int
    key: str | None = None  # of a name with a point: what stands after it

    @property
    def keyword(self) -> str:
        """The part in capitals where it may be a keyword, else nothing."""
        return self.said.upper() if self.kind in (Kind.NAME, Kind.SIGN) and self.key is None else ""

    @property
    def shown(self) -> str:
        """The part as a message to people quotes it."""
        if self.kind is Kind.END:
            return "the end"
        text = self.said if self.key is None else f"{self.said}.{self.key}"
        return repr(text if len(text) <= 60 else f"{text[:57]}…")


# A name comes whole, with the key after its point, so that `tags.1a` and `metrics.0.5` are no numbers.
_PARTS = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<name>(?:[^\W\d]\w*|`(?P<quoted_name>[^`]+)`)
        (?:\.(?:`(?P<backquoted>[^`]+)`|"(?P<quoted>[^"]+)"|(?P<bare>[\w.]+)))?)
  | (?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
  | '(?P<single>(?:[^']|'')*)'
  | "(?P<double>(?:[^"]|"")*)"
  | (?P<sign><=|>=|!=|=|<|>|\(|\)|,)
    """,
    re.VERBOSE,
)


def parts_of(text: str, what: str) -> list[Part]:
    """The parts of a text, the end as the last; raises BadSearch, which calls the text `what`."""
    if len(text) > LONGEST:
        raise BadSearch(f"{what} has {len(text):,} characters; at most {LONGEST:,} are read.")
    return [*_parts(text, what), Part(Kind.END, "", len(text) + 1)]


def _parts(text: str, what: str) -> Iterator[Part]:
    at = 0
    while at < len(text):
        found = _PARTS.match(text, at)
        if found is None:
            raise BadSearch(f"{what} cannot be read at character {at + 1}: {_trouble(text[at:])}")
        if part := _part(found):
            yield part
        at = found.end()


def _part(found: re.Match[str]) -> Part | None:
    at = found.start() + 1
    given = found.groupdict()
    if given["name"] is not None:
        key = next((given[way] for way in ("backquoted", "quoted", "bare") if given[way] is not None), None)
        return Part(Kind.NAME, given["quoted_name"] or given["name"].partition(".")[0], at, key)
    if given["number"] is not None:
        return Part(Kind.NUMBER, given["number"], at)
    if given["sign"] is not None:
        return Part(Kind.SIGN, given["sign"], at)
    if given["single"] is not None:
        return Part(Kind.TEXT, given["single"].replace("''", "'"), at)
    if given["double"] is not None:
        return Part(Kind.QUOTED, given["double"].replace('""', '"'), at)
    return None


def _trouble(rest: str) -> str:
    if rest[0] in "'\"`":
        return f"the quote {rest[0]} is never closed."
    shown = rest if len(rest) <= 40 else f"{rest[:37]}…"
    return f"{shown!r} is neither a name, a number, a text in quotes nor a comparison."
