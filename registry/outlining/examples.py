"""Example rows from the several ways in which people and MLflow write them down."""

from typing import Any  # JSON of unknown shape

MOST_ROWS = 5
MOST_COLUMNS = 500
_WRAPPERS = ("dataframe_split", "dataframe_records", "instances", "inputs")

Row = dict[str, Any] | list[Any]


def rows_of(example: Any) -> list[Row]:
    """The first rows of an example: mappings where its columns have names, else lists; none where it has no rows."""
    if isinstance(example, dict):
        return _from_object(example)[:MOST_ROWS]
    if isinstance(example, list) and example:
        if all(isinstance(one, dict) for one in example):
            return [_named(one) for one in example[:MOST_ROWS]]
        if all(isinstance(one, list) for one in example):
            return [one[:MOST_COLUMNS] for one in example[:MOST_ROWS] if _is_flat(one)]
        return [example[:MOST_COLUMNS]] if _is_flat(example) else []
    return []


def _from_object(example: dict[str, Any]) -> list[Row]:
    columns, rows = example.get("columns"), example.get("data")
    if isinstance(columns, list) and isinstance(rows, list) and set(example) <= {"columns", "data", "index"}:
        return [
            _named(dict(zip(map(str, columns), row, strict=False)))
            for row in rows[:MOST_ROWS]
            if isinstance(row, list) and len(row) == len(columns)
        ]
    if len(example) == 1 and (only := next(iter(example))) in _WRAPPERS:
        return rows_of(example[only])
    if example and all(isinstance(value, list) for value in example.values()):
        length = min(len(value) for value in example.values())
        return [
            _named({key: value[place] for key, value in example.items()}) for place in range(min(length, MOST_ROWS))
        ]
    return [_named(example)] if example else []


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {str(key)[:200]: value for key, value in list(row.items())[:MOST_COLUMNS]}


def _is_flat(row: list[Any]) -> bool:
    return bool(row) and not any(isinstance(value, dict | list) for value in row)
