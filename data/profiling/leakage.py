"""Warnings in sentences: what in a profile suggests that a model would learn something it must not."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from data.profiling.readings import BOOLEAN, DATE, DATETIME, INTEGER, ISO, NUMBER, STRING, WRITTEN

Finding = dict[str, str]

# From here on a single column predicts the label so well that it should be asked how it knows.
NEAR_PERFECT = 0.98
# Fewer rows than this agree by chance, and fewer different values identify nobody.
ENOUGH_ROWS = 30
_MIXED_FROM = 0.2
_IDENTIFIER = re.compile(r"(^|[_\s.-])(id|uuid|guid|key|hash)$|[a-z](Id|ID)$", re.IGNORECASE)
_BIRTH = re.compile(r"birth|born|dob", re.IGNORECASE)
_IN_WORDS = {
    BOOLEAN: ("true or false", "true or false"), INTEGER: ("whole number", "whole numbers"),
    NUMBER: ("number with a fraction", "numbers with a fraction"), DATE: ("date", "dates"),
    DATETIME: ("time", "times"), STRING: ("text", "texts"),
}  # fmt: skip


def warnings(
    columns: Sequence[Mapping[str, Any]], label: Mapping[str, Any], *, parts: Mapping[str, str],
    types: Mapping[str, str], rows: int, distinct_rows: int,
) -> list[Finding]:  # fmt: skip
    """Every warning about one table; `parts` and `types` are what its schema says of each column, where it has one."""
    found = [*_about_label(label, rows), *_about_rows(rows, distinct_rows)]
    for column in columns:
        if column["name"] != label.get("column"):
            found += _about_leaks(column, label, parts.get(column["name"], "feature"))
        found += _about_cells(column, types.get(column["name"], ""))
    order = {"leak": 0, "label": 1, "identifier": 2, "rows": 3}
    return sorted(found, key=lambda one: order.get(one["kind"], 9))


def times(columns: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """From when to when each column of dates or times runs; dates of birth say nothing about when a row was made."""
    return {
        column["name"]: [column["moments"]["from"], column["moments"]["to"], column["moments"]["min"],
                         column["moments"]["max"]]
        for column in columns
        if column["moments"] and not _BIRTH.search(column["name"]) and column["moments"]["from"] is not None
    }  # fmt: skip


def time_notes(
    earlier: str, their_times: Mapping[str, Sequence[Any]], later: str, times_of_later: Mapping[str, Sequence[Any]]
) -> list[str]:
    """Where rows to be measured on are not later than the rows to be learned from, in sentences."""
    notes = []
    for name in their_times.keys() & times_of_later.keys():
        (first, last, since, until), (start, end, begins, ends) = their_times[name], times_of_later[name]
        if start > last:
            continue
        spans = f"“{name}” runs from {since} to {until} in {earlier}, and from {begins} to {ends} in {later}"
        how = "what is measured on lies before what is learned from" if end < first else "the two overlap"
        notes.append(f"{spans}: {how}. If the model predicts the future, split the rows at a point in time.")
    return sorted(notes)


def _about_label(label: Mapping[str, Any], rows: int) -> list[Finding]:
    if not label:
        return []
    name, found = label["column"], []
    if label["missing"]:
        found.append(_said("label", name, f"The label “{name}” is empty in {_rows(label['missing'])} of {rows:,}."))
    if label["kind"] == "classes" and len(label["classes"]) == 1:
        only = label["classes"][0]["value"]
        found.append(_said("label", name, f"Every row has the label “{only}”: nothing can be learned from it."))
    if label["kind"] == "too many":
        found.append(
            _said("label", name, f"“{name}” has {label['distinct']:,} different values, too many for classes. "
                  "If it is a number to predict, set the project's task to regression.")
        )  # fmt: skip
    return found


def _about_rows(rows: int, distinct: int) -> list[Finding]:
    if distinct >= rows:
        return []
    text = f"{rows - distinct:,} of {rows:,} rows repeat another row of this snapshot, in every column."
    return [_said("rows", "", text)]


def _about_leaks(column: Mapping[str, Any], label: Mapping[str, Any], part: str) -> list[Finding]:
    name, told = column["name"], column["label"] or {}
    if part == "label":
        return []
    if column["rows"] == column["missing"]:
        return [_said("constant", name, f"“{name}” is empty in every row.")]
    if column["distinct"] == 1 and not column["missing"]:
        return [
            _said("constant", name, f"“{name}” has the same value in every row, so nothing can be learned from it.")
        ]
    if part == "identifier":
        return []
    target = label.get("column", "")
    if (told.get("same") or 0) >= NEAR_PERFECT and _has_spread(label):
        share = _percent(told["same"])
        return [_said("leak", name, f"“{name}” repeats the label: it equals “{target}” in {share} of the rows.")]
    if figure := _near_perfect(told, label):
        text = f"“{name}” alone predicts the label: {figure} on {_rows(told['n'])}. Ask whether it is known in time."
        return [_said("leak", name, text)]
    return _about_identifier(column)


def _about_identifier(column: Mapping[str, Any]) -> list[Finding]:
    name, known = column["name"], column["rows"] - column["missing"]
    if known < ENOUGH_ROWS or column["kind"] not in (INTEGER, STRING):
        return []
    is_prose = bool(column["lengths"]) and column["lengths"]["mean"] > 64
    if column["is_unique"] and not is_prose:
        text = f"“{name}” has a value of its own in every row, like an identifier, and is among the features."
        return [_said("identifier", name, text)]
    if _IDENTIFIER.search(name) and column["distinct"] > 0.5 * known:
        text = f"“{name}” is named like an identifier, has {column['distinct']:,} different values, and is among the features."
        return [_said("identifier", name, text)]
    return []


def _near_perfect(told: Mapping[str, Any], label: Mapping[str, Any]) -> str:
    """The figure that shows it, or nothing."""
    if (told.get("n") or 0) < ENOUGH_ROWS:
        return ""
    area = told.get("auc")
    if area is not None and max(area, 1 - area) >= NEAR_PERFECT and _least_class(label) >= ENOUGH_ROWS // 3:
        return f"ROC AUC {max(area, 1 - area):.3f}"
    explained, pure = told.get("explained"), told.get("purity")
    if explained is not None and pure is not None and _least_class(label) >= ENOUGH_ROWS // 3:
        base = _greatest_share(label)
        if explained >= NEAR_PERFECT or (base < 1 and (pure - base) / (1 - base) >= NEAR_PERFECT):
            return f"its values tell the class of {_percent(pure)} of the rows"
    value = told.get("value")
    if label.get("kind") == "number" and value is not None and abs(value) >= NEAR_PERFECT:
        return f"{told['measure']} = {value:.3f}"
    return ""


def _about_cells(column: Mapping[str, Any], declared: str) -> list[Finding]:
    name, kinds = column["name"], column["kinds"]
    known = sum(kinds.values())
    dates = {kind: count for kind, count in kinds.items() if kind in (DATE, DATETIME) or kind.startswith("date as")}
    commas = kinds.get("number with a decimal comma", 0)
    if len(dates) > 1 and set(dates) != {DATE, DATETIME}:
        ways = "; ".join(f"{count:,} {_way(kind)}" for kind, count in dates.items())
        text = f"“{name}” holds dates written in {len(dates)} ways: {ways}. It is read as text; write them all as 2026-11-20."
        return [_said("dates", name, text)]
    if len(dates) == 1 and set(dates) <= set(WRITTEN) and sum(dates.values()) > 0.9 * known:
        text = f"“{name}” holds dates written {_way(next(iter(dates)))}. It is read as text; write them as 2026-11-20."
        return [_said("dates", name, text)]
    if commas > 0.5 * known:
        text = f"“{name}” holds {commas:,} numbers with a decimal comma. It is read as text; write them with a point."
        return [_said("commas", name, text)]
    if declared and declared != STRING and column["kind"] != declared and not _is_within(column["kind"], declared):
        listed = _kinds(column)
        return [
            _said("type", name, f"According to its schema “{name}” holds {_plural(declared)}, yet it holds {listed}.")
        ]
    if _is_mixed(kinds, known):
        return [_said("mixed", name, f"“{name}” mixes types: {_kinds(column)}. It is read as text.")]
    return []


def _is_mixed(kinds: Mapping[str, int], known: int) -> bool:
    families = {"text" if kind == STRING or kind in WRITTEN else "number" if kind in (INTEGER, NUMBER) else
                "moment" if kind in (DATE, DATETIME) else kind for kind in kinds}  # fmt: skip
    plain = sum(count for kind, count in kinds.items() if kind != STRING and kind not in WRITTEN)
    return len(families) > 1 and plain >= _MIXED_FROM * known


def _is_within(kind: str, declared: str) -> bool:
    return (kind, declared) in {(INTEGER, NUMBER), (DATE, DATETIME)} or kind not in _IN_WORDS


def _kinds(column: Mapping[str, Any]) -> str:
    parts = []
    for kind, count in column["kinds"].items():
        example = column["examples"].get(kind)
        named = _IN_WORDS.get(kind, (kind, kind))[0 if count == 1 else 1]
        parts.append(f"{count:,} {named}" + (f" (such as “{example}”)" if example and kind == STRING else ""))
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _plural(kind: str) -> str:
    return _IN_WORDS.get(kind, (kind, kind))[1]


def _way(kind: str) -> str:
    return (ISO if kind in (DATE, DATETIME) else kind).removeprefix("date ")


def _has_spread(label: Mapping[str, Any]) -> bool:
    return label.get("kind") != "classes" or len(label["classes"]) > 1


def _least_class(label: Mapping[str, Any]) -> int:
    return min((one["count"] for one in label.get("classes", [])), default=0)


def _greatest_share(label: Mapping[str, Any]) -> float:
    counts = [one["count"] for one in label.get("classes", [])]
    return max(counts) / sum(counts) if counts else 1.0


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _percent(share: float) -> str:
    # 99.98 % is not all of them, and must not be rounded to it.
    return "100 %" if share == 1 else f"{min(100 * share, 99.9):.1f} %"


def _said(kind: str, column: str, text: str) -> Finding:
    return {"kind": kind, "column": column, "text": text}
