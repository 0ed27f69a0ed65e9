"""How many labels are wrong, judged by a sample: the error rate with a 95 % interval, and how large a sample to draw.

Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22; for a sample that is a
large part of all labels, the exact interval of the hypergeometric distribution (Buonaccorsi 1987, JASA 82).
"""

import math
from dataclasses import dataclass

from scipy import stats

Z95 = 1.959963984540054
WILSON, HYPERGEOMETRIC = "wilson", "hypergeometric"
IN_WORDS = {
    WILSON: "Wilson's score interval",
    HYPERGEOMETRIC: "the exact hypergeometric interval, because the sample is a large part of all labels",
}
# A sample above this share of all labels says noticeably more than one of an endless supply.
LARGE_SHARE = 0.05
LARGEST_POPULATION = 10**12
TAIL = 0.025


@dataclass(frozen=True)
class ErrorRate:
    """The share of wrong labels, from 0 to 1, with its 95 % interval and how that was computed."""

    rate: float
    lower: float
    upper: float
    method: str


def error_rate(errors: int, sample: int, population: int | None = None) -> ErrorRate:
    """The error rate among all labels, given the errors found in a random sample of them.

    Raises ValueError when the numbers contradict each other.
    """
    _check(errors, sample, population)
    if population is not None and sample > LARGE_SHARE * population:
        lower, upper = hypergeometric(errors, sample, population)
        return ErrorRate(errors / sample, lower, upper, HYPERGEOMETRIC)
    lower, upper = wilson(errors, sample)
    return ErrorRate(errors / sample, lower, upper, WILSON)


def wilson(errors: int, sample: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share, without continuity correction."""
    share = errors / sample
    spread = Z95 * math.sqrt(share * (1 - share) / sample + Z95**2 / (4 * sample**2))
    centre, scale = share + Z95**2 / (2 * sample), 1 + Z95**2 / sample
    lower, upper = (centre - spread) / scale, (centre + spread) / scale
    return (0.0 if errors == 0 else max(lower, 0.0)), (1.0 if errors == sample else min(upper, 1.0))


def hypergeometric(errors: int, sample: int, population: int) -> tuple[float, float]:
    """The exact 95 % interval of the share of wrong labels in a population of known size.

    It holds every number of wrong labels under which neither tail of what was found is rarer than 2.5 %.
    """
    least, most = errors, population - (sample - errors)

    def not_too_few(wrong: int) -> bool:
        return float(stats.hypergeom.sf(errors - 1, population, wrong, sample)) > TAIL

    def too_many(wrong: int) -> bool:
        return float(stats.hypergeom.cdf(errors, population, wrong, sample)) <= TAIL

    lower = _first(least, most, not_too_few) if errors else least
    upper = _first(least, most + 1, too_many) - 1 if errors < sample else most
    return lower / population, upper / population


def sample_size(precision: float, *, expected: float = 0.5, population: int | None = None) -> int:
    """How many labels to audit so that the 95 % interval reaches about `precision` to either side.

    `expected` is the error rate one reckons with (0.5 when nothing is known, which asks for most); a known population
    needs fewer (Cochran 1977, Sampling Techniques, section 4.4). Raises ValueError for shares outside 0 to 1.
    """
    if not 0 < precision < 1 or not 0 < expected < 1:
        raise ValueError("Precision and expected rate are shares between 0 and 1.")
    endless = Z95**2 * expected * (1 - expected) / precision**2
    needed = endless if population is None else endless / (1 + (endless - 1) / population)
    return min(math.ceil(needed - 1e-9), population or math.ceil(needed))


def _first(low: int, high: int, holds: object) -> int:
    """The first number from `low` to `high` for which a claim holds that stays true once it is."""
    assert callable(holds)  # noqa: S101  the two claims above
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _check(errors: int, sample: int, population: int | None) -> None:
    if sample < 1:
        raise ValueError("Audit at least one label.")
    if not 0 <= errors <= sample:
        raise ValueError(f"There cannot be more errors ({errors:,}) than audited labels ({sample:,}).")
    if population is not None and not sample <= population <= LARGEST_POPULATION:
        raise ValueError(f"A sample of {sample:,} cannot come out of {population:,} labels in all.")
