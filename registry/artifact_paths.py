"""Paths of artifacts as clients send them: read once, refused rather than repaired, and never a path of ours."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

LONGEST = 500
LONGEST_PART_BYTES = 255
_DRIVE = re.compile(r"[A-Za-z]:")
# Text that is drawn in another order than it is stored makes one file look like another.
_TURNED_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HIDDEN = ("Cc", "Cs", "Zl", "Zp")
DEEPEST_ENCODING = 5


class UnusablePath(ValueError):
    """The path cannot be kept; the message says why, for people."""


@dataclass(frozen=True)
class Place:
    """Where a path of the artifact proxy leads: a run or a logged model of an experiment, and a path below it."""

    experiment_id: str
    run_id: str
    model_id: str
    path: str
    """Below the owner's root; empty for the root itself."""


def plain(path: str) -> str:
    """The path of one file or folder below a root, exactly as it was sent; raises UnusablePath.

    It was decoded once before it came here, and is never decoded again: what more decoding would show is refused if it
    leaves the root, for programs that will decode it once too often.
    """
    shown = repr(path[:80])
    if not path:
        raise UnusablePath("The path is empty. Name a file, such as plots/roc.png.")
    if len(path) > LONGEST:
        raise UnusablePath(f"The path has {len(path):,} characters; at most {LONGEST} are kept.")
    _ensure_shown_as_stored(path, shown)
    if "#" in path:
        raise UnusablePath(f"The path {shown} holds a #, at which clients cut a path off. Rename the file.")
    if _DRIVE.match(path) or path.partition("/")[0].endswith(":"):
        raise UnusablePath(f"The path {shown} is absolute. Send one that begins below the run or model.")
    for seen in _readings(path, shown):
        _ensure_stays_below(seen, shown)
    for part in path.split("/"):
        if len(part.encode()) > LONGEST_PART_BYTES:
            raise UnusablePath(
                f"A name in the path has more than {LONGEST_PART_BYTES} bytes, which few disks can keep."
            )
    return path


def place(path: str) -> Place | None:
    """What a path of the proxy names; None where it lies under no run and no model. Raises UnusablePath."""
    match plain(path).split("/"):
        case [experiment_id, "models", model_id, "artifacts", *rest]:
            return Place(experiment_id, "", model_id, plain("/".join(rest)) if rest else "")
        case [experiment_id, run_id, "artifacts", *rest]:
            return Place(experiment_id, run_id, "", plain("/".join(rest)) if rest else "")
    return None


def _ensure_shown_as_stored(path: str, shown: str) -> None:
    if any(unicodedata.category(sign) in _HIDDEN or sign in _TURNED_ROUND for sign in path):
        raise UnusablePath(f"The path {shown} holds a control character. Rename the file.")
    if not unicodedata.is_normalized("NFC", path):
        raise UnusablePath(f"The path {shown} is not in Unicode's composed form (NFC). Rename the file.")


def _readings(path: str, shown: str) -> list[str]:
    """The path as it is, and as each further decoding would show it."""
    readings = [path]
    while (further := unquote(readings[-1], errors="replace")) != readings[-1]:
        readings.append(further)
        if len(readings) > DEEPEST_ENCODING:
            raise UnusablePath(f"The path {shown} is percent-encoded again and again. Rename the file.")
    return readings


def _ensure_stays_below(path: str, shown: str) -> None:
    if "\\" in path or "\0" in path:
        raise UnusablePath(f"The path {shown} holds a backslash or a NUL. Separate folders with /.")
    if path.startswith("/"):
        raise UnusablePath(f"The path {shown} is absolute. Send one that begins below the run or model.")
    parts = path.split("/")
    if any(part.strip() in (".", "..") for part in parts):
        raise UnusablePath(f"The path {shown} leaves its folder. Send it without . and .. in it.")
    if not all(parts):
        raise UnusablePath(f"The path {shown} has an empty part. Write one / between two names.")
