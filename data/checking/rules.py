"""What a schema asks of each value, as a pandera schema that reports every value that breaks it."""

from collections.abc import Callable, Sequence

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
from pyarrow import compute as pc

from data.checking.patterns import matches
from data.checking.reading import read_texts
from data.column_facts import INTEGER, NUMBER, STRING
from data.inference import FieldDraft

MISSING, READABLE, NOT_EMPTY, ALLOWED = "missing", "type", "not-empty", "allowed"
LEAST, MOST, PATTERN, KEY = "minimum", "maximum", "pattern", "key"

# What pandera calls the check that `nullable=False` makes.
_PANDERA_NOT_NULL = "not_nullable"
_KIND_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date such as 2026-11-20",
    "datetime": "a time such as 2026-11-20 09:12",
}


def sentence(field: FieldDraft, rule: str) -> str:
    """What the rule asks for, for people."""
    said = {
        MISSING: "the column is in the table",
        READABLE: f"every value is {_KIND_WORDS[field.data_type]}",
        NOT_EMPTY: "no cell is empty",
        ALLOWED: f"every value is one of {_listed(field.allowed_values)}",
        LEAST: f"no value is below {_number(field.minimum)}",
        MOST: f"no value is above {_number(field.maximum)}",
        PATTERN: f"every text matches {field.pattern}",
        KEY: "no key comes twice",
    }
    return said[rule]


def schema_of(fields: Sequence[FieldDraft]) -> pandera.DataFrameSchema:
    """A pandera schema of columns that were read as their type; columns without a rule are left out."""
    return pandera.DataFrameSchema({field.key: _column(field) for field in fields if has_rules(field)})


def has_rules(field: FieldDraft) -> bool:
    """Whether the field asks for anything beyond its type."""
    bounds = (field.minimum, field.maximum)
    return not field.is_nullable or bool(field.allowed_values or field.pattern) or bounds != (None, None)


def broken(schema: pandera.DataFrameSchema, frame: pd.DataFrame) -> dict[tuple[str, str], list[int]]:
    """The row numbers (the frame's index) that break each rule of each column."""
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as found:
        cases = found.failure_cases
        cases = cases.assign(rule=cases["check"].replace({_PANDERA_NOT_NULL: NOT_EMPTY}))
        grouped = cases.groupby(["column", "rule"], sort=False)["index"]
        return {(str(column), str(rule)): sorted(map(int, rows)) for (column, rule), rows in grouped}
    return {}


def _column(field: FieldDraft) -> pandera.Column:
    checks: list[pandera.Check] = []
    if field.allowed_values:
        allowed = read_texts(field.allowed_values, field.data_type)
        checks.append(_check(ALLOWED, lambda values: pc.is_in(values, value_set=allowed)))
    if field.data_type in (INTEGER, NUMBER):
        if field.minimum is not None:
            checks.append(pandera.Check.ge(field.minimum, name=LEAST, error=LEAST))
        if field.maximum is not None:
            checks.append(pandera.Check.le(field.maximum, name=MOST, error=MOST))
    if field.pattern and field.data_type == STRING:
        checks.append(_check(PATTERN, lambda values: matches(values, field.pattern)))
    return pandera.Column(checks=checks, nullable=field.is_nullable)


def _check(name: str, holds: Callable[[pa.Array], pa.Array]) -> pandera.Check:
    def ask(values: pd.Series) -> pd.Series:
        answers = pc.fill_null(holds(pa.array(values)), True)
        return pd.Series(answers.to_numpy(zero_copy_only=False), index=values.index)

    return pandera.Check(ask, name=name, error=name)


def _listed(values: Sequence[str], *, most: int = 6) -> str:
    listed = ", ".join(f"“{value}”" for value in values[:most])
    return listed if len(values) <= most else f"{listed} and {len(values) - most} more"


def _number(value: float | None) -> str:
    return f"{value:g}" if value is not None else ""
