"""A first schema read off a file: careful guesses that a person then corrects."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.column_facts import BOOLEAN, DATE, DATETIME, INTEGER, NUMBER, STRING, ColumnFacts
from data.tables import TableFacts

NOMINAL, ORDINAL, INTERVAL, RATIO = "nominal", "ordinal", "interval", "ratio"
FEATURE, LABEL, IDENTIFIER = "feature", "label", "identifier"

MOST_ALLOWED_VALUES = 20
# Below this many rows, different values in every row may be chance.
ENOUGH_ROWS = 20

_IDENTIFIER = re.compile(r"(^|[_\s.-])(id|uuid|guid|key)$|[a-z](Id|ID)$", re.IGNORECASE)
_CODE = re.compile(r"(^|[_\s.-])(code|zip|postcode|phone|iban|sku)($|[_\s.-])", re.IGNORECASE)
_RANK = re.compile(r"(^|[_\s.-])(grade|stage|level|rank|rating|tier|quartile|decile|band)($|[_\s.-])", re.IGNORECASE)
_NO_ORIGIN = re.compile(
    r"(^|[_\s.-])(year|month|day|hour|celsius|fahrenheit|latitude|longitude)($|[_\s.-])", re.IGNORECASE
)
_TARGET = re.compile(r"^(label|target|class|outcome|y)$", re.IGNORECASE)
_SENSITIVE = re.compile(
    r"(^|[_\s.-])(sex|gender|age|race|ethnicity|religion|disability|nationality|birth\w*|marital\w*)($|[_\s.-])",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(
    r"^(?:(?:grade|stage|level|tier|class|band)[\s_-]*)?[<>≤≥]?\s*(\d+)(?=\s*(?:[-–+]|to\b|$)|\s+[a-z])", re.IGNORECASE
)

# Words with an order of their own, least first.
SCALES: tuple[tuple[str, ...], ...] = (
    ("none", "very low", "low", "medium", "moderate", "high", "very high"),
    ("none", "minimal", "mild", "moderate", "severe", "critical"),
    ("xs", "s", "m", "l", "xl", "xxl"),
    ("tiny", "small", "medium", "large", "huge"),
    ("never", "rarely", "sometimes", "often", "always"),
    ("very poor", "poor", "fair", "good", "very good", "excellent"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("primary", "secondary", "tertiary"),
    ("bronze", "silver", "gold", "platinum"),
    ("i", "ii", "iii", "iv", "v"),
)


@dataclass(frozen=True)
class FieldDraft:
    """One column of a schema before it is saved; the names are those of `data.models.SchemaField`."""

    key: str
    data_type: str
    order: str
    part: str = FEATURE
    is_key: bool = False
    is_nullable: bool = True
    unit: str = ""
    allowed_values: list[str] = field(default_factory=list)
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    is_sensitive: bool = False
    classification: str = ""
    description: str = ""


def infer(path: Path, table: TableFacts, *, label: str = "") -> list[FieldDraft]:
    """A draft of every column's description, in the order of the file."""
    # pandas and Arrow take a while to load, and what only names a draft does without them.
    from data.columns import scan  # noqa: PLC0415

    found = scan(path, table.file_format, table.columns)
    label = label or _likely_label(table.columns)
    return [describe(facts, is_first=position == 0, label=label) for position, facts in enumerate(found)]


def describe(facts: ColumnFacts, *, is_first: bool, label: str) -> FieldDraft:
    """The draft for one column, from what was seen of it."""
    is_label = facts.name == label
    is_key = not is_label and looks_like_key(facts, is_first=is_first)
    scale = [] if is_key else scale_of(facts)
    order = (
        NOMINAL if is_key or (is_label and facts.kind in (STRING, BOOLEAN)) else order_of(facts, has_scale=bool(scale))
    )
    part = LABEL if is_label else IDENTIFIER if is_key else FEATURE
    return FieldDraft(
        key=facts.name,
        data_type=facts.kind or STRING,
        order=order,
        part=part,
        is_key=is_key,
        is_nullable=facts.is_nullable,
        allowed_values=[] if is_key else allowed_values(facts, order=order, scale=scale),
        is_sensitive=bool(_SENSITIVE.search(_spaced(facts.name))),
    )


def looks_like_key(facts: ColumnFacts, *, is_first: bool) -> bool:
    """Whether the column identifies rows: unique, never empty, and named or placed like an identifier."""
    if not facts.is_unique:
        return False
    if _IDENTIFIER.search(facts.name):
        return True
    is_short = facts.kind == INTEGER or (facts.longest <= 64 and not facts.has_spaces)
    return is_first and is_short and facts.rows >= ENOUGH_ROWS


def order_of(facts: ColumnFacts, *, has_scale: bool) -> str:
    """The scale of measurement that the values and the name suggest."""
    if facts.kind in (DATE, DATETIME):
        return INTERVAL
    if facts.kind not in (INTEGER, NUMBER):
        return ORDINAL if has_scale else NOMINAL
    name = _spaced(facts.name)
    if facts.kind == INTEGER:
        if (
            _CODE.search(name)
            or _IDENTIFIER.search(facts.name)
            or (facts.values is not None and len(facts.values) <= 2)
        ):
            return NOMINAL
        if _RANK.search(name) and facts.values is not None:
            return ORDINAL
    # A ratio needs a zero that means "nothing": values below it, or a calendar, have none.
    has_origin = facts.least is not None and facts.least >= 0 and not _NO_ORIGIN.search(name)
    return RATIO if has_origin else INTERVAL


def scale_of(facts: ColumnFacts) -> list[str]:
    """The values of a text column from least to most, if they are words or ranges with an order; else nothing."""
    if facts.kind != STRING or not facts.values or len(facts.values) < 3:
        return []
    plain = {value.strip().lower(): value for value in facts.values}
    for scale in SCALES:
        if plain.keys() <= set(scale) and len(plain) == len(facts.values):
            return [plain[word] for word in scale if word in plain]
    # "18-25", "26-40", "61+" or "Grade 1", "Grade 2": the first number orders them.
    numbers = {value: _LEADING_NUMBER.match(value) for value in facts.values}
    found = {value: int(match[1]) for value, match in numbers.items() if match}
    is_ordered = len(found) == len(facts.values) <= MOST_ALLOWED_VALUES and len(set(found.values())) == len(found)
    return sorted(found, key=lambda value: found[value]) if is_ordered and not _CODE.search(facts.name) else []


def allowed_values(facts: ColumnFacts, *, order: str, scale: Sequence[str]) -> list[str]:
    """The few values that a column of categories takes, in order; nothing for other columns."""
    is_category = facts.kind == STRING or (facts.kind == INTEGER and order in (NOMINAL, ORDINAL))
    if not is_category or not facts.values or len(facts.values) > MOST_ALLOWED_VALUES:
        return []
    # Values that hardly repeat are not categories.
    if facts.rows < 2 * len(facts.values):
        return []
    if scale:
        return list(scale)
    return sorted(facts.values, key=int) if facts.kind == INTEGER else sorted(facts.values)


def _likely_label(columns: Sequence[str]) -> str:
    return next((name for name in columns if _TARGET.match(name)), "")


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
