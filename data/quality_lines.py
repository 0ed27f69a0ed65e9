"""How a source's quality went over time: one line for each thing that was checked more than once."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.models import DataSource, QualityCheck

MOST_CHECKS = 400
MOST_LINES = 8
WIDTH, HEIGHT, EDGE = 200.0, 44.0, 5.0


@dataclass(frozen=True)
class QualityLine:
    """One checked figure over time, as the points of a small drawing and in a sentence."""

    dimension: str
    name: str
    points: str
    dots: list[tuple[str, str, bool]]
    limit: str
    sentence: str


def quality_lines(source: DataSource) -> list[QualityLine]:
    """The figures that were measured at least twice, the most recently checked first."""
    measured = source.quality_checks.filter(measured__isnull=False)[:MOST_CHECKS]
    groups: dict[tuple[str, str, str], list[QualityCheck]] = {}
    for check in measured:
        groups.setdefault((check.dimension, check.name, check.unit), []).append(check)
    repeated = [list(reversed(checks)) for checks in groups.values() if len(checks) > 1]
    return [_line(checks) for checks in repeated[:MOST_LINES]]


def _line(checks: Sequence[QualityCheck]) -> QualityLine:
    first, last = checks[0], checks[-1]
    values = [float(check.measured or 0.0) for check in checks]
    drawn = [*values, *([last.limit] if last.limit is not None else [])]
    low, high = min(drawn), max(drawn)
    days = max((last.checked_on - first.checked_on).days, 1)

    def across(check: QualityCheck) -> str:
        return f"{EDGE + (WIDTH - 2 * EDGE) * (check.checked_on - first.checked_on).days / days:.1f}"

    def down(value: float) -> str:
        return f"{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * ((value - low) / (high - low) if high > low else 0.5):.1f}"

    dots = [(across(check), down(value), check.passed) for check, value in zip(checks, values, strict=True)]
    unit = f" {last.unit}" if last.unit else ""
    good = sum(check.passed for check in checks)
    sentence = (
        f"{first.name}: from {values[0]:,.6g}{unit} on {first.checked_on:%-d %b %Y} to {values[-1]:,.6g}{unit} on "
        f"{last.checked_on:%-d %b %Y}; good enough {good} of {len(checks)} times."
    )
    return QualityLine(
        dimension=last.get_dimension_display(),
        name=first.name,
        points=" ".join(f"{x},{y}" for x, y, _ in dots),
        dots=dots,
        limit=down(last.limit) if last.limit is not None else "",
        sentence=sentence,
    )
