"""What others measured of versions: offered by the room that measures, so that lineage and comparisons can show it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Measurement:
    """One evaluation of a version, as far as this room shows it."""

    id: int
    number: int
    label: str
    url: str
    on: str
    """What it was measured on, in a few words."""
    state: str
    """`done`, `running` or `failed`."""
    finished_at: datetime | None = None
    is_held_out: bool = False
    verdict: str = ""
    """All thresholds in one word: pass, fail or inconclusive; empty without any."""
    metrics: Mapping[str, str] = field(default_factory=dict)
    """Names for people, with value and interval."""


# The evaluations of each version, the one that weighs most first.
Reader = Callable[[Sequence[int]], Mapping[int, list[Measurement]]]
_READERS: list[Reader] = []


def offer(reader: Reader) -> None:
    """Make known what measures versions; called from the measuring room's AppConfig.ready()."""
    if reader not in _READERS:
        _READERS.append(reader)


def of_versions(versions: Sequence[int]) -> dict[int, list[Measurement]]:
    """What was measured of each of these versions, by their ids."""
    found: dict[int, list[Measurement]] = {version: [] for version in versions}
    for reader in _READERS:
        for version, measured in reader(versions).items():
            found[version] += measured
    return found
