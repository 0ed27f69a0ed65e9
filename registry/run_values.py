"""What a run may hold, by one rule for MLflow's clients, for REST and for what is taken over from other servers."""

import math
import posixpath
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

LONGEST_KEY = 250
LONGEST_PARAM = 6_000
# A day apart from the last that can be written, so that it can be shown in every time zone.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)

_KEY = re.compile(r"[/\w.\- :]+")


class UnusableValue(ValueError):
    """A run cannot hold this; the message says what to change, for people."""


# Scripts send the same few keys again and again.
@lru_cache(maxsize=4096)
def ensure_key(found: str) -> str:
    """The name of a param, a metric or a tag, once it is known to be a plain relative path; raises UnusableValue."""
    if len(found) > LONGEST_KEY:
        raise UnusableValue(f"A key has {len(found):,} characters; at most {LONGEST_KEY} are kept.")
    if not _KEY.fullmatch(found):
        raise UnusableValue(
            f"Invalid key {found!r}. Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), "
            "spaces ( ), colons (:) and slashes (/)."
        )
    plain = posixpath.normpath(found)
    if plain != found or plain == "." or plain.startswith(("..", "/")):
        raise UnusableValue(
            f"Invalid key {found!r}. Names may be treated as paths, and this one would resolve to {plain!r}."
        )
    return found


def ensure_moment(moment: datetime) -> datetime:
    """The moment, once it is known to be one that MLflow's clients can be told; raises UnusableValue."""
    if not EARLIEST <= moment < LATEST:
        raise UnusableValue(
            f"Send a moment from 1970 on, and before the last day of the year 9999; this one is in {moment.year}."
        )
    return moment


def param_text(value: Any) -> str:  # Any: JSON of unknown shape
    """The text that a param is kept as, which is what MLflow's client makes of it; raises UnusableValue."""
    if isinstance(value, dict | list):
        kind = "an object" if isinstance(value, dict) else "a list"
        raise UnusableValue(f"A param is a text, a number, true, false or null, not {kind}. Send it as a text.")
    text = str(value)
    if len(text) > LONGEST_PARAM:
        raise UnusableValue(f"A param has {len(text):,} characters; at most {LONGEST_PARAM:,} are kept.")
    return text


def metric_number(value: Any) -> float:  # Any: JSON of unknown shape
    """The number that a metric is; raises UnusableValue."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise UnusableValue("A metric is a finite number of 64 bits. Leave others out and say why in the note.")
    return number
