"""64-bit hashes of values and rows: the same value has the same hash whatever type a file gives it."""

import zlib
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Rows = NDArray[np.intp]

MISSING = np.uint64(0x9AE16A3B2F90404F)
TRUE, FALSE = np.uint64(0xC949D7C7509E6557), np.uint64(0xFF51AFD7ED558CCD)
_MOMENT, _TEXT, _LARGE = np.uint64(0x2545F4914F6CDD1D), np.uint64(0x9FB21C651E98DF25), np.uint64(0xD6E8FEB86659FD93)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# Whole numbers beyond this are not told apart by a float of 64 bits.
_EXACT = 2**53
# Text is hashed so many bytes at a time; each byte takes some forty while it is.
_SLICE = 4 * 2**20
_POSITIONS = 65_536
_WEIGHTS = np.random.default_rng(20261120).integers(0, 2**63, _POSITIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def mixed(values: Hashes) -> Hashes:
    """Every bit of the input spread over all bits of the output (the finalizer of splitmix64), in a new array."""
    found = values ^ (values >> np.uint64(30))
    found *= _FIRST
    found ^= found >> np.uint64(27)
    found *= _SECOND
    found ^= found >> np.uint64(31)
    return found


def of_numbers(values: NDArray[np.float64]) -> Hashes:
    """Hashes of numbers; 1 and 1.0 are one number, and so are 0 and −0."""
    return mixed((values + 0.0).view(np.uint64))


def of_integers(values: NDArray[np.int64]) -> Hashes:
    """Hashes of whole numbers, equal to those of the same numbers with a fraction of nothing."""
    bits = values.astype(np.float64).view(np.uint64)
    large = (values > _EXACT) | (values < -_EXACT)
    if large.any():
        bits[large] = values[large].view(np.uint64) ^ _LARGE
    return mixed(bits)


def of_moments(microseconds: NDArray[np.int64]) -> Hashes:
    """Hashes of dates and times, given in microseconds since 1970; a date is its first moment."""
    return mixed(microseconds.view(np.uint64) ^ _MOMENT)


def of_texts(texts: pa.Array) -> Hashes:
    """Hashes of texts by their UTF-8 bytes: a sum of bytes times odd random weights by position, mixed with the length."""
    texts = texts.cast(pa.large_string())
    offsets = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
    held = texts.buffers()[2]
    content = np.frombuffer(held, np.uint8) if held is not None else np.zeros(0, np.uint8)
    lengths = np.diff(offsets)
    sums = np.zeros(len(texts), np.uint64)
    for first, last in _slices(offsets):
        start, end = int(offsets[first]), int(offsets[last])
        starts = offsets[first:last] - start
        filled = lengths[first:last] > 0
        if end == start or not filled.any():
            continue
        places = np.arange(end - start) - np.repeat(starts, lengths[first:last])
        weights = _WEIGHTS[places % _POSITIONS]
        if len(places) and int(lengths[first:last].max()) > _POSITIONS:
            weights = weights + mixed((places // _POSITIONS).astype(np.uint64)) * np.uint64(2)
        products = (content[start:end].astype(np.uint64) + np.uint64(1)) * weights
        sums[first:last][filled] = np.add.reduceat(products, starts[filled])
    return mixed(mixed(sums) ^ (lengths.astype(np.uint64) * _SECOND) ^ _TEXT)


def in_column(values: Hashes, name: str) -> Hashes:
    """A value's share of its row's hash: the same value counts differently in each column."""
    return mixed(values + column_seed(name))


def column_seed(name: str) -> np.uint64:
    """A number that stands for a column's name."""
    content = name.encode()
    seed = np.array([zlib.crc32(content) << 32 | zlib.crc32(content[::-1] + b"\0")], dtype=np.uint64)
    return np.uint64(mixed(seed)[0])


def chance_of_false_match(first: int, second: int) -> float:
    """The probability that any two different rows of two tables have one hash: rows times rows over 2^64."""
    return first * second / 2.0**64


def _slices(offsets: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    first, rows = 0, len(offsets) - 1
    while first < rows:
        last = int(np.searchsorted(offsets, offsets[first] + _SLICE, side="right")) - 1
        last = min(max(last, first + 1), rows)
        yield first, last
        first = last


def in_both(first: Hashes, second: Hashes) -> tuple[Hashes, Rows, Rows]:
    """The distinct hashes that two tables share, least first, and the rows (from 0) where each has them first."""
    ours, our_rows = np.unique(first, return_index=True)
    theirs, their_rows = np.unique(second, return_index=True)
    shared, at, there = np.intersect1d(ours, theirs, assume_unique=True, return_indices=True)
    return shared.astype(np.uint64), our_rows[at], their_rows[there]


def count_distinct(hashes: Hashes) -> int:
    """How many different hashes there are."""
    ordered = np.sort(hashes)
    return int((ordered[1:] != ordered[:-1]).sum()) + 1 if len(ordered) else 0


def joined(parts: Iterable[Hashes]) -> Hashes:
    """All parts in one array."""
    held = list(parts)
    return np.concatenate(held) if held else np.zeros(0, np.uint64)
