from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.profiling import hashes
from data.profiling.readings import read_texts, read_typed

MOMENT = datetime(2026, 11, 20, 9, 12, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("texts", "typed"),
    [
        (["1", "2", ""], pa.array([1, 2, None], pa.int32())),
        (["1", "2"], pa.array([1.0, 2.0])),
        (["1.50", "-0.0", "NA"], pa.array([1.5, 0.0, None])),
        (["9007199254740993"], pa.array([9007199254740993])),
        (["true", "False"], pa.array([True, False])),
        (["2026-11-20"], pa.array([datetime(2026, 11, 20)], pa.date32())),  # noqa: DTZ001  a day has no zone
        (["2026-11-20 09:12"], pa.array([MOMENT], pa.timestamp("s"))),
        (["2026-11-20T10:12:00+01:00"], pa.array([MOMENT], pa.timestamp("us", tz="UTC"))),
        (["Köln", "17 b"], pa.array(["Köln", "17 b"])),
        (["17"], pa.array(["17"])),
    ],
)
def test_a_value_has_one_hash_whatever_type_a_file_gives_it(texts: list[str], typed: pa.Array) -> None:
    assert read_texts(pa.array(texts)).hashes.tolist() == read_typed(typed).hashes.tolist()


def test_a_long_column_is_read_the_same_way_as_a_short_one() -> None:
    numbers = np.random.default_rng(1).normal(size=5_000)
    texts = pa.array([f"{number:.9f}" for number in numbers])
    at_once = read_texts(texts).hashes
    one_by_one = np.concatenate([read_texts(texts.slice(at, 1)).hashes for at in range(0, 5_000, 250)])
    assert at_once[::250].tolist() == one_by_one.tolist()


@pytest.mark.parametrize("code", ["007", "0x1F", "+", "1e999", "12 a", "inf"])
def test_codes_are_no_numbers(code: str) -> None:
    known = pa.array([code, *(f"{number}.5" for number in range(3_000))])
    reading = read_texts(known)
    assert reading.kinds["string"] == 1
    assert reading.numbers is not None
    assert np.isnan(reading.numbers[0])


@given(st.lists(st.text(max_size=40), min_size=1, max_size=60, unique=True))
def test_different_texts_have_different_hashes(texts: list[str]) -> None:
    plain = [text.encode("utf-8", "ignore").decode() for text in texts]
    assert len(set(hashes.of_texts(pa.array(plain)).tolist())) == len(set(plain))


def test_texts_of_any_length_are_hashed_by_all_their_bytes() -> None:
    long = "x" * 300_000
    texts = pa.array([long, long[:-1] + "y", "y" + long[1:], long + "x", ""])
    found = hashes.of_texts(texts).tolist()
    assert len(set(found)) == 5
    assert hashes.of_texts(texts.slice(1, 3)).tolist() == found[1:4]


def test_a_value_counts_differently_in_each_column() -> None:
    values = hashes.of_numbers(np.arange(3.0))
    assert not set(hashes.in_column(values, "a").tolist()) & set(hashes.in_column(values, "b").tolist())


def test_shared_rows_are_found_with_their_places() -> None:
    first, second = np.array([5, 7, 9, 7], np.uint64), np.array([1, 9, 7, 9], np.uint64)
    shared, here, there = hashes.in_both(first, second)
    assert (shared.tolist(), here.tolist(), there.tolist()) == ([7, 9], [1, 2], [2, 1])
    assert hashes.count_distinct(first) == 3
