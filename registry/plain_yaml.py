"""Reads YAML of strangers as plain values, quickly where that is safe."""

import re
from typing import Any

import yaml

# libyaml reads ten times as fast, and ends the process where a text nests deeper than the stack allows: 1,000 levels fit
# into 512 KiB of it, and threads have 8 MiB.
DEEPEST = 800
_LINE = re.compile("[^\n\r\x85\u2028\u2029]+")
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str) -> Any:  # Any: YAML of unknown shape
    """The values of one document; raises yaml.YAMLError, ValueError, or RecursionError for one that nests too deep."""
    return yaml.load(text, Loader=_FAST if _levels(text) <= DEEPEST else yaml.SafeLoader)  # noqa: S506  both are safe


def _levels(text: str) -> int:
    """More levels than a text can have: each takes a bracket or a column of its own, and may hold one more beside it."""
    longest = max((len(line) for line in _LINE.findall(text)), default=0)
    return 2 * (text.count("[") + text.count("{") + longest)
