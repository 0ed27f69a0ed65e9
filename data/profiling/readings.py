"""What the cells of one column are, each read as what it looks like: numbers, yes/no, dates, or text."""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from data.profiling import hashes
from data.profiling.hashes import Hashes

BOOLEAN, INTEGER, NUMBER, DATE, DATETIME, STRING = "boolean", "integer", "number", "date", "datetime", "string"
TRUE, FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
# As everywhere in this room: besides the empty cell, what stands for "nothing recorded" in a column that is no text.
NULLS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")

# Texts that people mean as a date or a number, told by how they are written.
WRITTEN = {
    "date as 20.11.2026": r"^\d{1,2}\.\d{1,2}\.\d{4}$",
    "date as 20/11/2026": r"^\d{1,2}/\d{1,2}/\d{4}$",
    "date as 20-11-2026": r"^\d{1,2}-\d{1,2}-\d{4}$",
    "date as 2026/11/20": r"^\d{4}[/.]\d{1,2}[/.]\d{1,2}$",
    "date as 20/11/26": r"^\d{1,2}[./]\d{1,2}[./]\d{2}$",
    "date as 20 Nov 2026": r"^\d{1,2}[ -](?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ -]\d{4}$",
    "date as Nov 20, 2026": r"^(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2},? \d{4}$",
    "number with a decimal comma": r"^[+-]?\d{1,3}(\.?\d{3})*,\d+$",
}
ISO = "date as 2026-11-20"
# While values are looked at, their kinds are these names' places: text first, and last what people write as text.
_NAMES = (STRING, BOOLEAN, INTEGER, NUMBER, DATE, DATETIME, *WRITTEN)
_TEXT, _FIRST_WRITTEN = 0, 6
_PLACE = {name: place for place, name in enumerate(_NAMES)}

Kinds = NDArray[np.int8]

_INTEGER = r"^-?(0|[1-9]\d{0,17})$"
_FLOAT = re.compile(r"^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$")
_MOMENT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$"
_SAMPLE = 2_000
_FEW = 400


@dataclass
class Reading:
    """One column of a chunk: for each row a hash, and a number or a moment where the cell is one."""

    rows: int
    missing: NDArray[np.bool_]
    hashes: Hashes
    numbers: NDArray[np.float64] | None = None  # NaN where the cell is no number
    moments: NDArray[np.float64] | None = None  # microseconds since 1970, NaN where the cell is no moment
    kinds: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    # What is known when the chunk's different values were looked at one by one; missing cells have the code −1.
    codes: NDArray[np.intp] | None = None
    values: pa.Array | None = None
    counts: NDArray[np.int64] | None = None
    value_hashes: Hashes | None = None
    lengths: NDArray[np.int64] | None = None  # characters of each different text


def read_texts(texts: pa.Array) -> Reading:
    """The cells of a CSV column, each read as what it looks like."""
    sample = texts.slice(0, _SAMPLE)
    if len(pc.unique(sample)) > min(_FEW, len(sample) // 2) and (fast := _all_numbers_or_moments(texts)):
        return fast
    return _value_by_value(texts)


def read_typed(values: pa.Array) -> Reading:
    """The values of a Parquet column, whose types are given."""
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_dictionary(kind):
        return _value_by_value(values.cast(pa.string()), is_typed=True)
    if pa.types.is_boolean(kind) or pa.types.is_null(kind) or pa.types.is_time(kind):
        return _value_by_value(values.cast(pa.string()), is_typed=not pa.types.is_boolean(kind))
    sample = values.slice(0, _SAMPLE)
    if len(values) > _SAMPLE and len(pc.unique(sample)) > _FEW:
        return _plain(values)
    encoded = values.dictionary_encode(null_encoding="mask")
    of_values = _plain(encoded.dictionary)
    return _gathered(encoded, of_values, encoded.dictionary)


def _plain(values: pa.Array) -> Reading:
    """Typed numbers or moments, row by row."""
    missing = values.is_null().to_numpy(zero_copy_only=False)
    kind = values.type
    if pa.types.is_temporal(kind):
        name = DATE if pa.types.is_date(kind) else DATETIME
        plain = values.cast(pa.timestamp("us", tz=getattr(kind, "tz", None)), safe=False).cast(pa.int64())
        return _moments(plain.fill_null(0).to_numpy(), missing, name)
    if pa.types.is_integer(kind):
        return _integers(values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False), missing)
    numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return _floats(numbers, missing | np.isnan(numbers))


def _all_numbers_or_moments(texts: pa.Array) -> Reading | None:
    """Cells that all are numbers, or all are moments, or empty; None when one is something else."""
    is_null = pc.is_in(texts, value_set=pa.array(NULLS))
    has_nulls = bool(pc.any(is_null).as_py())
    missing = is_null.to_numpy(zero_copy_only=False)
    known = pc.if_else(is_null, None, texts) if has_nulls else texts
    first = texts.slice(0, 50).filter(pc.invert(is_null.slice(0, 50)))
    if pc.any(pc.match_substring_regex(first, _MOMENT)).as_py():
        return _fast_moments(known, missing)
    if _has_odd_zero(texts):
        return None
    if not pc.any(pc.match_substring_regex(first, r"[.eE]")).as_py():
        try:
            return _integers(known.cast(pa.int64()).fill_null(0).to_numpy(), missing)
        except pa.ArrowInvalid:
            pass
    try:
        numbers = known.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    # "inf" is read as a number by arrow and by nobody who wrote it.
    return _floats(numbers, missing) if np.isfinite(numbers[~missing]).all() else None


def _fast_moments(known: pa.Array, missing: NDArray[np.bool_]) -> Reading | None:
    for kind, name in ((pa.date32(), DATE), (pa.timestamp("us"), DATETIME), (pa.timestamp("us", tz="UTC"), DATETIME)):
        try:
            plain = known.cast(kind)
        except pa.ArrowInvalid:
            continue
        if pa.types.is_date(kind):
            plain = plain.cast(pa.timestamp("us"))
        return _moments(plain.cast(pa.int64()).fill_null(0).to_numpy(), missing, name)
    return None


def _has_odd_zero(texts: pa.Array) -> bool:
    """Whether a value begins like a code, 007, or like a number in another base, 0x1F."""
    if not len(texts):
        return False
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    content = np.frombuffer(texts.buffers()[2], np.uint8)
    starts = offsets[:-1][np.diff(offsets) > 1]
    starts = starts[content[starts] == ord("0")]
    second = content[starts + 1]
    return bool((~np.isin(second, np.frombuffer(b".eE", np.uint8))).any())


def _integers(values: NDArray[np.int64], missing: NDArray[np.bool_]) -> Reading:
    numbers = values.astype(np.float64)
    numbers[missing] = np.nan
    return _typed(hashes.of_integers(values), missing, INTEGER, numbers=numbers)


def _floats(values: NDArray[np.float64], missing: NDArray[np.bool_]) -> Reading:
    numbers = np.where(np.isfinite(values), values, np.nan)
    return _typed(hashes.of_numbers(np.where(missing, 0.0, values)), missing, NUMBER, numbers=numbers)


def _moments(microseconds: NDArray[np.int64], missing: NDArray[np.bool_], kind: str) -> Reading:
    moments = microseconds.astype(np.float64)
    moments[missing] = np.nan
    return _typed(hashes.of_moments(microseconds), missing, kind, moments=moments)


def _typed(
    found: Hashes, missing: NDArray[np.bool_], kind: str, *,
    numbers: NDArray[np.float64] | None = None, moments: NDArray[np.float64] | None = None,
) -> Reading:  # fmt: skip
    if missing.any():
        found[missing] = hashes.MISSING
    known = len(missing) - int(missing.sum())
    kinds = Counter({kind: known}) if known else Counter[str]()
    return Reading(len(missing), missing, found, numbers=numbers, moments=moments, kinds=kinds)


def _value_by_value(texts: pa.Array, *, is_typed: bool = False) -> Reading:
    """Any cells: each different one is looked at once, and its rows follow."""
    encoded = texts.dictionary_encode(null_encoding="mask")
    values = encoded.dictionary
    of_values = _look(values, is_typed=is_typed)
    return _gathered(encoded, of_values, values)


def _look(values: pa.Array, *, is_typed: bool) -> Reading:
    """Each different text: what it looks like, and what it is as a number or a moment."""
    size = len(values)
    words = NULLS if not is_typed else ("",)
    is_null = pc.is_in(values, value_set=pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
    found = hashes.of_texts(values)
    kinds: Kinds = np.full(size, _TEXT, dtype=np.int8)
    numbers, moments = np.full(size, np.nan), np.full(size, np.nan)
    if not is_typed:
        _read_booleans(values, kinds, found)
    _read_numbers(values, kinds, found, numbers, is_typed=is_typed)
    if not is_typed:
        _read_moments(values, kinds, found, moments)
        _mark_written(values, kinds)
    # In a column of text, words such as NA are values like any other: the column's other cells decide.
    is_word = is_null & (kinds == _TEXT)
    if not is_typed and (~is_word & ((kinds == _TEXT) | (kinds >= _FIRST_WRITTEN))).any():
        is_word &= pc.equal(values, "").to_numpy(zero_copy_only=False)
    reading = Reading(size, is_word, found)
    found[is_word] = hashes.MISSING
    reading.numbers = numbers if np.isfinite(numbers).any() else None
    reading.moments = moments if np.isfinite(moments).any() else None
    reading.lengths = pc.utf8_length(values).to_numpy(zero_copy_only=False).astype(np.int64)
    reading.names = kinds  # type: ignore[attr-defined]  # only until the rows are counted
    return reading


def _gathered(encoded: pa.DictionaryArray, of_values: Reading, values: pa.Array) -> Reading:
    """The reading of rows, from that of their different values."""
    is_null = encoded.indices.is_null().to_numpy(zero_copy_only=False)
    codes = encoded.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.intp)
    if not len(values):
        return Reading(len(codes), is_null, np.full(len(codes), hashes.MISSING), codes=codes - 1,
                       values=pa.array([], pa.string()), counts=np.zeros(0, np.int64),
                       value_hashes=np.zeros(0, np.uint64), lengths=np.zeros(0, np.int64))  # fmt: skip
    counts = np.bincount(codes[~is_null], minlength=len(values)).astype(np.int64)
    missing = is_null | of_values.missing[codes]
    found = of_values.hashes[codes]
    if is_null.any():
        found[is_null] = hashes.MISSING
    reading = Reading(len(codes), missing, found)
    for name in ("numbers", "moments"):
        of_each = getattr(of_values, name)
        if of_each is not None:
            expanded = of_each[codes]
            expanded[is_null] = np.nan
            setattr(reading, name, expanded)
    is_known = ~of_values.missing
    _count_kinds(reading, of_values, values, counts, is_known)
    # Only known values are listed; the codes of the others are −1.
    place = np.cumsum(is_known) - 1
    place[~is_known] = -1
    reading.codes = np.where(is_null, -1, place[codes])
    texts = values.filter(pa.array(is_known))
    reading.values = texts if pa.types.is_string(texts.type) else _written(texts)
    reading.counts = counts[is_known]
    reading.value_hashes = of_values.hashes[is_known]
    if of_values.lengths is not None:
        reading.lengths = of_values.lengths[is_known]
    return reading


def _count_kinds(
    reading: Reading, of_values: Reading, values: pa.Array, counts: NDArray[np.int64], is_known: NDArray[np.bool_]
) -> None:
    names = getattr(of_values, "names", None)
    if names is None:
        kind = next(iter(of_values.kinds), "")
        if kind:
            reading.kinds[kind] = int(counts[is_known].sum())
        return
    for place in np.unique(names[is_known]):
        having = is_known & (names == place)
        kind = _NAMES[place]
        reading.kinds[kind] = int(counts[having].sum())
        reading.examples[kind] = str(values[int(np.argmax(having))].as_py())[:60]


def _written(values: pa.Array) -> pa.Array:
    """Typed values as people write them."""
    if pa.types.is_floating(values.type):
        return pa.array([f"{value:.12g}" for value in values.to_pylist()], pa.string())
    return values.cast(pa.string())


def _read_booleans(values: pa.Array, kinds: Kinds, found: Hashes) -> None:
    for words, value in ((TRUE, hashes.TRUE), (FALSE, hashes.FALSE)):
        having = pc.is_in(values, value_set=pa.array(words)).to_numpy(zero_copy_only=False)
        kinds[having], found[having] = _PLACE[BOOLEAN], value


def _read_numbers(
    values: pa.Array, kinds: Kinds, found: Hashes, numbers: NDArray[np.float64], *, is_typed: bool
) -> None:
    candidates = np.flatnonzero(_may_be_number(values))
    if not len(candidates):
        return
    texts = pc.utf8_trim_whitespace(values.take(pa.array(candidates)))
    is_whole = pc.match_substring_regex(texts, _INTEGER).to_numpy(zero_copy_only=False)
    is_number = pc.match_substring_regex(texts, _FLOAT.pattern.replace("(?:", "(")).to_numpy(zero_copy_only=False)
    whole = texts.filter(pa.array(is_whole)).cast(pa.int64()).to_numpy(zero_copy_only=False)
    at = candidates[is_whole]
    found[at] = hashes.of_integers(whole)
    broken = texts.filter(pa.array(is_number & ~is_whole)).cast(pa.float64()).to_numpy(zero_copy_only=False)
    there = candidates[is_number & ~is_whole]
    found[there] = hashes.of_numbers(broken)
    if is_typed:
        return  # a column that says it is text is text: only its hashes must equal those of numbers elsewhere
    numbers[at], kinds[at] = whole, _PLACE[INTEGER]
    finite = np.isfinite(broken)
    numbers[there[finite]], kinds[there[finite]] = broken[finite], _PLACE[NUMBER]


def _may_be_number(values: pa.Array) -> NDArray[np.bool_]:
    if not len(values):
        return np.zeros(0, bool)
    offsets = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values) + 1]
    may = np.zeros(len(values), bool)
    filled = np.flatnonzero((np.diff(offsets) > 0) & (np.diff(offsets) < 64))
    if len(filled):
        content = np.frombuffer(values.buffers()[2], np.uint8)
        signs = np.frombuffer(b"+-.0123456789 \t", np.uint8)
        may[filled] = np.isin(content[offsets[:-1][filled]], signs)
    return may


def _read_moments(values: pa.Array, kinds: Kinds, found: Hashes, moments: NDArray[np.float64]) -> None:
    looks = pc.match_substring_regex(values, _MOMENT).to_numpy(zero_copy_only=False) & (kinds == _TEXT)
    at = np.flatnonzero(looks)
    if not len(at):
        return
    texts = values.take(pa.array(at)).to_pandas()
    parsed = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
    good = parsed.notna().to_numpy()
    at = at[good]
    plain = parsed[good].dt.as_unit("us").astype("int64").to_numpy()
    found[at], moments[at] = hashes.of_moments(plain), plain
    kinds[at] = np.where(texts[good].str.len() == len("2026-11-20"), _PLACE[DATE], _PLACE[DATETIME])


def _mark_written(values: pa.Array, kinds: Kinds) -> None:
    offsets = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values) + 1]
    lengths = np.diff(offsets)
    at = np.flatnonzero((kinds == _TEXT) & (lengths >= 3) & (lengths <= 22))
    # Most texts are no dates, and one look is enough to tell.
    texts = values.take(pa.array(at))
    at = at[pc.match_substring_regex(texts, r"\d[,./ -]+\w+$").to_numpy(zero_copy_only=False)] if len(at) else at
    texts = values.take(pa.array(at))
    for name, pattern in WRITTEN.items() if len(at) else ():
        kinds[at[pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)]] = _PLACE[name]
