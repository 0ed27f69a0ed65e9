"""Regular expressions of schemas: RE2, whose time grows with the text and never explodes with the pattern."""

import pyarrow as pa
from pyarrow import compute as pc

LONGEST = 200


class BadPattern(Exception):
    """The expression is not one that RE2 understands; the message says why, for people."""


def check_pattern(pattern: str) -> None:
    """Refuse an expression that could not be matched later; raises BadPattern."""
    if len(pattern) > LONGEST:
        raise BadPattern(f"The pattern is longer than {LONGEST} characters. Shorten it.")
    try:
        matches(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        reason = str(error).splitlines()[0].removeprefix("Invalid regular expression: ").rstrip(".")[:120]
        raise BadPattern(
            f"The pattern “{pattern}” cannot be used: {reason}. Look-around and back-references are not supported."
        ) from error


def matches(texts: pa.Array | pa.ChunkedArray, pattern: str) -> pa.Array | pa.ChunkedArray:
    """Whether each text matches the expression from its first character to its last."""
    return pc.match_substring_regex(texts, whole(pattern))


def whole(pattern: str) -> str:
    r"""The expression for programs that search anywhere in a text."""
    return rf"^(?:{pattern})$"


def from_search(pattern: str) -> str:
    """The expression that matches whole texts where the given one is searched for anywhere in them."""
    if not pattern:
        return ""
    if pattern.startswith("^(?:") and pattern.endswith(")$") and _is_one_group(pattern[1:-1]):
        return pattern[4:-2]
    if pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$") and "|" not in pattern:
        return pattern[1:-1]
    return rf"(?s:.*)(?:{pattern})(?s:.*)"


def _is_one_group(text: str) -> bool:
    depth = 0
    escaped = in_class = False
    for position, sign in enumerate(text):
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0 and position < len(text) - 1:
                return False
    return depth == 0
