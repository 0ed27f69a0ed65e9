"""Reads how often something is to happen out of words: “monthly”, “every 6 weeks”, “first Monday of each quarter”."""

import re

# The longest that two events may lie apart, in days.
UNITS = {"minute": 1, "hour": 1, "day": 1, "week": 7, "fortnight": 14, "month": 31, "quarter": 92, "year": 366}
WORDS = {
    "hourly": 1, "daily": 1, "nightly": 1, "weekly": 7, "biweekly": 14, "fortnightly": 14, "monthly": 31,
    "bimonthly": 62, "quarterly": 92, "half-yearly": 184, "biannually": 184, "yearly": 366, "annually": 366,
    "annual": 366,
}  # fmt: skip
NUMBERS = {
    "one": 1, "two": 2, "second": 2, "other": 2, "three": 3, "third": 3, "four": 4, "five": 5, "six": 6, "eight": 8,
    "ten": 10, "twelve": 12,
}  # fmt: skip
UNIT = r"(minute|hour|day|night|week|fortnight|month|quarter|year)s?"
EVERY = re.compile(rf"\b(?:every|each|all)\s+(?:(\d+|{'|'.join(NUMBERS)})\s+)?{UNIT}\b")
ONCE = re.compile(rf"\b(once|twice|(\d+|{'|'.join(NUMBERS)})\s+times)\s+(?:a|an|per)\s+{UNIT}\b")
PER = re.compile(rf"\b(?:a|per)\s+{UNIT}\b")


def longest_gap(text: str) -> int | None:
    """The longest gap in days that a stated frequency allows; None when the text states none."""
    words = " ".join(text.casefold().split())
    if found := ONCE.search(words):
        times = {"once": 1, "twice": 2}.get(found[1]) or _number(found[2])
        return max(1, -(-_days(found[3]) // times))
    if found := EVERY.search(words):
        return _number(found[1] or "1") * _days(found[2])
    for word, days in WORDS.items():
        if re.search(rf"\b{word}\b", words):
            return days
    if found := PER.search(words):
        return _days(found[1])
    return None


def _number(word: str) -> int:
    return max(1, int(word)) if word.isdecimal() else NUMBERS[word]


def _days(unit: str) -> int:
    return UNITS.get(unit, 1)
