"""Answers as people might give them, for every kind of field."""

import unicodedata

from hypothesis import strategies as st

from canvas.blocks.shape import Block, Column, Field, Kind

WRITTEN = st.sampled_from(
    [
        "نموذج أولي",
        "\u200fשלום\u200e עולם",
        "क्षेत्र",
        "👩🏽‍🔬 triage",
        "Größe ≥ 3",
        "a < b & c > \"d\" 'e'",
        "{{ 1 }}",
        "__row__",
        "0",
        "no",
    ]
)
CHARACTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\u202d\u202e")


def line(longest: int = 40) -> st.SearchStrategy[str]:
    """One line of text in the form in which it is kept."""
    free = st.text(CHARACTERS, min_size=1, max_size=longest)
    return (WRITTEN | free).map(lambda text: unicodedata.normalize("NFC", text).strip()).filter(bool)


def lines() -> st.SearchStrategy[str]:
    """Several lines of text, with empty ones between."""
    return st.lists(line(), min_size=1, max_size=3).map("\n\n".join)


numbers = st.integers(-(10**9), 10**9) | st.decimals(-9999, 9999, places=3).map(
    lambda number: int(number) if number == int(number) else float(number)
)
days = st.dates().map(lambda day: day.isoformat())


def cell(column: Column) -> st.SearchStrategy[object]:
    """A valid cell of a column."""
    match column.kind:
        case Kind.CHOICE:
            return st.sampled_from([choice.value for choice in column.choices])
        case Kind.NUMBER:
            return numbers
        case Kind.DATE:
            return days
        case Kind.LONG_TEXT:
            return lines()
        case _:
            return line()


def record(field: Field) -> st.SearchStrategy[dict[str, object]]:
    """A row or record with any of its cells filled, and at least one."""
    cells = st.fixed_dictionaries({}, optional={column.key: cell(column) for column in field.columns})
    return cells.filter(bool)


def rows(field: Field) -> st.SearchStrategy[list[dict[str, object]]]:
    """A few rows that keep the field's own rules."""
    if field.fixed_rows:
        first, *others = field.columns
        filled = {column.key: cell(column) for column in others}
        return st.lists(st.sampled_from(field.must_cover), unique=True, min_size=1).flatmap(
            lambda names: st.tuples(
                *(
                    st.fixed_dictionaries({first.key: st.just(name), **filled})
                    for name in sorted(names, key=field.must_cover.index)
                )
            ).map(list)
        )
    listed = st.lists(record(field), min_size=1, max_size=3)
    return listed.filter(lambda made: _is_unique(field.unique, made))


def _is_unique(key: str, made: list[dict[str, object]]) -> bool:
    names = [" ".join(str(row[key]).casefold().split()) for row in made if key in row]
    return len(set(names)) == len(names)


def value(field: Field) -> st.SearchStrategy[object]:
    """A valid answer to a field, whole or begun."""
    match field.kind:
        case Kind.CHOICE:
            return st.sampled_from([choice.value for choice in field.choices])
        case Kind.CHOICES:
            return st.sets(st.sampled_from([choice.value for choice in field.choices]), min_size=1).map(
                lambda picked: [choice.value for choice in field.choices if choice.value in picked]
            )
        case Kind.YES_NO:
            parts = {"answer": st.sampled_from(["yes", "no"]), "reason": lines()}
            return st.fixed_dictionaries({}, optional=parts).filter(bool)
        case Kind.NUMBER:
            return st.fixed_dictionaries({"value": numbers}, optional={"unit": st.sampled_from(field.units)})
        case Kind.LIST:
            return st.lists(line(), min_size=1, max_size=4)
        case Kind.PARTS:
            return record(field)
        case Kind.ROWS:
            return rows(field)
        case Kind.DATE:
            return days
        case Kind.LONG_TEXT:
            return lines()
        case _:
            return line()


def answers(block: Block) -> st.SearchStrategy[dict[str, object]]:
    """Valid answers to any of a block's fields."""
    return st.fixed_dictionaries({}, optional={field.key: value(field) for field in block.fields}).filter(
        lambda made: _groups_agree(block, made)
    )


def _groups_agree(block: Block, made: dict[str, object]) -> bool:
    for field in block.fields:
        if field.depends_on in made and field.key in made:
            group = next(choice.group for choice in field.choices if choice.value == made[field.key])
            if group != made[field.depends_on]:
                return False
    return True
