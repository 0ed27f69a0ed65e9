"""What a line of money has to obey, asked alike of what people type and of what programs send."""

import math
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from canvas.currencies import currency_code

Values = Mapping[str, Any]  # Any: columns of several types, as a form or a serializer has cleaned them
Problems = dict[str, str]

MOST_MONTHS = 600
LARGEST_UPLIFT = 10
# So that sums of products of them stay numbers.
LARGEST_AMOUNT = 10**15
LARGEST_RATE = 10**9
RATE_LIMITS = f"An exchange rate is a number above zero, of at most {LARGEST_RATE:,}."
IN_ORDER = "Low, likely and high have to be in order: {low} is above {high}."


def cost_problems(values: Values) -> Problems:
    """What to correct in a cost item, by column."""
    found = _line_problems(values, amounts=("amount_low", "amount_likely", "amount_high"))
    found = _order(values, "amount_low", "amount_likely", "amount_high", wrong=found) | found
    recurs = values.get("kind") == "recurring"
    if recurs and not values.get("period"):
        found["period"] = "Say what the amount is for: a month, a year or 1,000 predictions."
    if values.get("kind") == "one-off" and values.get("period"):
        found["period"] = "A cost that is paid once has no period. Clear it, or choose “Again and again”."
    if values.get("kind") == "one-off" and values.get("ends_on"):
        found["ends_on"] = "A cost that is paid once has no end. Clear it, or choose “Again and again”."
    starts, ends = values.get("starts_on"), values.get("ends_on")
    if starts and ends and ends < starts:
        found["ends_on"] = "The end lies before the start."
    return found


def benefit_problems(values: Values) -> Problems:
    """What to correct in a benefit line, by column."""
    found = _line_problems(values, amounts=("unit_value", "volume"))
    for key in ("uplift_low", "uplift_likely", "uplift_high"):
        uplift = values.get(key)
        if uplift is not None and (not _is_finite(uplift) or not -1 <= uplift <= LARGEST_UPLIFT):
            found[key] = "An uplift lies between −100 % (a share of −1) and 1,000 % (a share of 10)."
    found = _order(values, "uplift_low", "uplift_likely", "uplift_high", wrong=found) | found
    month = values.get("start_month")
    if month is not None and not 1 <= month <= MOST_MONTHS:
        found["start_month"] = f"Months count from 1 to {MOST_MONTHS}."
    return found


def error_problems(values: Values) -> Problems:
    """What to correct in an error cost, by column."""
    found = _line_problems(values, amounts=("volume", "unit_cost"))
    found |= share_problems(values, "rate_low", "rate_likely", "rate_high")
    return found


def share_problems(values: Values, *keys: str) -> Problems:
    """What to correct in three shares between 0 and 1 that have to be in order."""
    found = {
        key: "A share lies between 0 and 1, that is 0 % and 100 %."
        for key in keys
        if (share := values.get(key)) is not None and (not _is_finite(share) or not 0 <= share <= 1)
    }
    return _order(values, *keys, wrong=found) | found


def _line_problems(values: Values, *, amounts: tuple[str, ...]) -> Problems:
    found: Problems = {}
    for key in amounts:
        amount = values.get(key)
        if amount is not None and not _is_finite(amount):
            found[key] = "Write a finite number, such as 12 or 0.5."
        elif amount is not None and amount > LARGEST_AMOUNT:
            found[key] = f"Write a number of at most {LARGEST_AMOUNT:,}, or count in a larger unit."
        elif amount is not None and amount < 0:
            found[key] = "Write an amount of 0 or more; what comes in is a benefit, what goes out a cost."
    try:
        currency_code(values.get("currency") or "EUR")
    except ValueError as reason:
        found["currency"] = str(reason)
    return found


def _order(values: Values, *keys: str, wrong: Problems) -> Problems:
    """The first of the keys that is above the next one that is given, leaving out those that are wrong anyway."""
    given = [(key, values[key]) for key in keys if values.get(key) is not None and key not in wrong]
    for (lower, low), (upper, high) in pairwise(given):
        if low > high:
            words = {"low": lower.rpartition("_")[2], "high": upper.rpartition("_")[2]}
            return {lower: IN_ORDER.format(**words)}
    return {}


def _is_finite(value: float | Decimal) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)
