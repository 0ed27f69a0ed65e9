"""What a schema may not say: descriptions of columns that contradict themselves, found without looking at rows."""

import math
from collections.abc import Iterator, Sequence

from data.column_facts import INTEGER, NUMBER, STRING
from data.inference import LABEL, FieldDraft

NUMERIC = (INTEGER, NUMBER)
_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date",
    "datetime": "a time",
}


def contradictions(fields: Sequence[FieldDraft]) -> list[str]:
    """A sentence for each contradiction, in the order of the columns."""
    found = list(_labels(fields))
    for field in fields:
        found += _of_field(field)
    return found


def _labels(fields: Sequence[FieldDraft]) -> Iterator[str]:
    labels = [field.key for field in fields if field.part == LABEL]
    if len(labels) > 1:
        yield f"“{labels[0]}” and “{labels[1]}” are both the label. Choose one."


def _of_field(field: FieldDraft) -> Iterator[str]:
    if field.is_key and field.is_nullable:
        yield f"“{field.key}” is a key, so it may not be empty. Untick one of the two."
    if field.allowed_values:
        yield from _of_values(field)
    yield from _of_range(field)
    if field.pattern:
        yield from _of_pattern(field)


def _of_values(field: FieldDraft) -> Iterator[str]:
    if len(set(field.allowed_values)) < len(field.allowed_values):
        yield f"An allowed value of “{field.key}” is listed twice. Remove one of them."
    if field.data_type != STRING:
        # Arrow takes a while to load, and most schemas are described without it.
        from data.checking.reading import read_texts  # noqa: PLC0415

        read = read_texts([str(value) for value in field.allowed_values], field.data_type)
        odd = [
            value for value, known in zip(field.allowed_values, read.is_valid().to_pylist(), strict=True) if not known
        ]
        if odd:
            yield f"The allowed value “{odd[0]}” of “{field.key}” is not {_WORDS[field.data_type]}. Change one of the two."


def _of_range(field: FieldDraft) -> Iterator[str]:
    bounds = [bound for bound in (field.minimum, field.maximum) if bound is not None]
    if bounds and field.data_type not in NUMERIC:
        yield f"“{field.key}” has a minimum or maximum, which only numbers have. Clear it, or choose a type of numbers."
    if any(not math.isfinite(bound) for bound in bounds):
        yield f"The minimum or maximum of “{field.key}” is not a number. Clear it to leave that side open."
    elif len(bounds) == 2 and bounds[0] > bounds[1]:
        yield f"The minimum of “{field.key}” is above its maximum. Swap them."


def _of_pattern(field: FieldDraft) -> Iterator[str]:
    if field.data_type != STRING:
        yield f"“{field.key}” has a pattern, which only text has. Clear it, or choose text as the type."
        return
    # As above: Arrow's own patterns are what values are held against.
    from data.checking.patterns import BadPattern, check_pattern  # noqa: PLC0415

    try:
        check_pattern(field.pattern)
    except BadPattern as reason:
        yield f"“{field.key}”: {reason}"
