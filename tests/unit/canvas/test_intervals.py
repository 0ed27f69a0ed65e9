"""How often, in words people write."""

import pytest

from canvas.intervals import longest_gap


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Monthly", 31),
        ("monthly, on the first", 31),
        ("every month", 31),
        ("Every 6 weeks", 42),
        ("every two weeks", 14),
        ("every other week", 14),
        ("First Monday of each quarter", 92),
        ("quarterly", 92),
        ("Once a year, when the scores of a full year have arrived", 366),
        ("twice a year", 183),
        ("three times a week", 3),
        ("Daily", 1),
        ("every 10 seconds or every hour", 1),
        ("nightly", 1),
        ("every night", 1),
        ("weekly", 7),
        ("half-yearly", 184),
    ],
)
def test_a_frequency_allows_a_longest_gap(text: str, days: int) -> None:
    assert longest_gap(text) == days


@pytest.mark.parametrize("text", ["", "Never; the set is closed", "when drift is found", "as needed", "on 1 May"])
def test_words_without_a_frequency_allow_anything(text: str) -> None:
    assert longest_gap(text) is None
