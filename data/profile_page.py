"""A profile as people read it: a line for each column, its figures in words, its values as bars."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.models import DatasetProfile

SORTS = (
    ("", "As in the file"),
    ("name", "By name"),
    ("missing", "Most missing first"),
    ("distinct", "Most different values first"),
    ("label", "Tells the label best first"),
    ("kind", "By type"),
)
KINDS = {
    "boolean": "Yes or no",
    "integer": "Whole number",
    "number": "Number",
    "date": "Date",
    "datetime": "Date and time",
    "string": "Text",
}
_QUANTILES = {
    "0.01": "1 %",
    "0.05": "5 %",
    "0.25": "25 %",
    "0.5": "Median",
    "0.75": "75 %",
    "0.95": "95 %",
    "0.99": "99 %",
}


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, how many rows, and how long it is."""

    name: str
    count: int
    percent: float


@dataclass(frozen=True)
class ColumnRow:
    """One column of a profile."""

    name: str
    kind: str
    missing: int
    missing_share: float
    distinct: str
    spread: str
    least: str
    middle: str
    greatest: str
    bars: list[Bar]
    bars_say: str
    is_histogram: bool
    told: str
    told_by: str
    told_on: int
    facts: list[tuple[str, str]]
    top: list[Bar]
    top_note: str
    warnings: list[str]
    order: Mapping[str, Any]


def rows_of(profile: DatasetProfile, *, sort: str = "", wanted: str = "", warned: bool = False) -> list[ColumnRow]:
    """The columns that were asked for, in the order that was asked for."""
    warnings: dict[str, list[str]] = {}
    for warning in profile.warnings:
        warnings.setdefault(warning["column"], []).append(warning["text"])
    found = [
        column
        for column in profile.columns
        if wanted.lower() in column["name"].lower() and (not warned or column["name"] in warnings)
    ]
    keys = {
        "name": lambda column: column["name"].lower(),
        "missing": lambda column: -column["missing"],
        "distinct": lambda column: -column["distinct"],
        "label": lambda column: -abs((column["label"] or {}).get("value") or 0.0),
        "kind": lambda column: column["kind"],
    }
    if sort in keys:
        found = sorted(found, key=keys[sort])
    return [_row(column, warnings.get(column["name"], [])) for column in found]


def label_bars(profile: DatasetProfile) -> dict[str, Any] | None:
    """The label's distribution: a bar for each class, or for each bin of a number."""
    label = profile.label
    if not label:
        return None
    if label["kind"] == "classes":
        total = sum(one["count"] for one in label["classes"]) or 1
        bars = [Bar(one["value"], one["count"], 100 * one["count"] / total) for one in label["classes"]]
        return {"column": label["column"], "bars": bars, "is_classes": True, "missing": label["missing"]}
    column = next((column for column in profile.columns if column["name"] == label["column"]), None)
    bars = _histogram(column["histogram"]) if column and column["histogram"] else []
    edges = column["histogram"]["edges"] if bars and column else [None]
    return {
        "column": label["column"],
        "bars": bars,
        "is_classes": False,
        "missing": label["missing"],
        "row": column,
        "first": shown(edges[0]),
        "last": shown(edges[-1]),
    }


def shown(value: float | None) -> str:
    """A figure with as many digits as people read."""
    if value is None:
        return "–"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}".replace("-", "−")
    text = f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.1f}" if abs(value) < 1e9 else f"{value:.4g}"
    return text.replace("-", "−")


def _row(column: Mapping[str, Any], warnings: list[str]) -> ColumnRow:
    numbers, moments = column["numbers"], column["moments"]
    is_number = column["kind"] in ("integer", "number")
    told = column["label"] or {}
    bars = _histogram(column["histogram"]) if column["histogram"] else _top(column)
    least = middle = greatest = spread = "–"
    if numbers and is_number:
        least, greatest = shown(numbers["min"]), shown(numbers["max"])
        middle = shown(numbers["quantiles"].get("0.5"))
        spread = (
            f"{shown(numbers['mean'])} ± {shown(numbers['sd'])}"
            if numbers["sd"] is not None
            else shown(numbers["mean"])
        )
    elif moments:
        least, middle, greatest = moments["min"], moments["median"], moments["max"]
    return ColumnRow(
        name=column["name"],
        kind=_kind(column),
        missing=column["missing"],
        missing_share=column["missing"] / column["rows"] if column["rows"] else 0.0,
        distinct=_distinct(column),
        spread=spread,
        least=least,
        middle=middle,
        greatest=greatest,
        bars=bars,
        bars_say=_in_words(column, bars),
        is_histogram=bool(column["histogram"]),
        told=_told(told),
        told_by=told.get("measure", ""),
        told_on=told.get("n") or 0,
        facts=_facts(column),
        top=_top(column),
        top_note=_top_note(column),
        warnings=warnings,
        order=column,
    )


def _kind(column: Mapping[str, Any]) -> str:
    return "Empty" if column["missing"] == column["rows"] else KINDS.get(column["kind"], column["kind"])


def _distinct(column: Mapping[str, Any]) -> str:
    if column["is_unique"]:
        return f"{column['rows']:,}, all different"
    if column["distinct_error"]:
        return f"about {column['distinct']:,}"
    return f"{column['distinct']:,}"


def _told(told: Mapping[str, Any]) -> str:
    value = told.get("value")
    return f"{value:.2f}".replace("-", "−") if value is not None else ""


def _facts(column: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = []
    if len(column["kinds"]) > 1:
        parts = [
            f"{count:,} {KINDS.get(kind, kind).lower()}"
            + (f", such as “{column['examples'][kind]}”" if kind in column["examples"] else "")
            for kind, count in column["kinds"].items()
        ]
        facts.append(("Cells read as", "; ".join(parts)))
    if column["distinct_error"]:
        error = f"{100 * column['distinct_error']:.1f} %"
        facts.append(
            ("Different values", f"about {column['distinct']:,}, estimated from hashes; standard error {error}")
        )
    numbers = column["numbers"]
    if numbers and numbers["quantiles"]:
        listed = "; ".join(f"{_QUANTILES[share]} {shown(value)}" for share, value in numbers["quantiles"].items())
        exact = (
            "exact"
            if not numbers["rank_error"]
            else f"each within {100 * numbers['rank_error']:.1f} % of the rows in rank"
        )
        facts.append(("Quantiles", f"{listed} ({exact})"))
    lengths = column["lengths"]
    if lengths:
        facts.append(("Characters", f"{lengths['min']:,} to {lengths['max']:,}, {shown(lengths['mean'])} on average"))
    facts += _label_facts(column["label"] or {})
    return facts


def _label_facts(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = []
    if told.get("value") is not None:
        facts.append(
            ("With the label", f"{told['measure']} = {told['value']:.3f} on {told['n']:,} rows".replace("-", "−"))
        )
    if told.get("why"):
        facts.append(("With the label", f"Not measured: {told['why']}."))
    if told.get("auc") is not None:
        facts.append(("Alone, as a score", f"ROC AUC {told['auc']:.3f}"))
    if told.get("explained") is not None:
        facts.append(("Explains of the label", f"{100 * told['explained']:.1f} % of its entropy"))
    if told.get("purity") is not None:
        facts.append(("Alone, guessing the class", f"right for {100 * told['purity']:.1f} % of the rows"))
    return facts


def _top(column: Mapping[str, Any]) -> list[Bar]:
    known = (column["rows"] - column["missing"]) or 1
    return [Bar(value, count, 100 * count / known) for value, count in column["top"]]


def _top_note(column: Mapping[str, Any]) -> str:
    missed = column["top_missed"]
    return f"Counted at least so often, and at most {missed:,} times more." if missed and column["top"] else ""


def _histogram(drawn: Mapping[str, Any]) -> list[Bar]:
    counts, edges = drawn["counts"], drawn["edges"]
    most = max(counts, default=0) or 1
    return [
        Bar(f"{shown(edges[at])} to {shown(edges[min(at + 1, len(edges) - 1)])}", count, 100 * count / most)
        for at, count in enumerate(counts)
    ]


def _in_words(column: Mapping[str, Any], bars: list[Bar]) -> str:
    if not bars:
        return ""
    greatest = max(bars, key=lambda bar: bar.count)
    if column["histogram"] and column["moments"]:
        return f"Histogram from {column['moments']['min']} to {column['moments']['max']}."
    if column["histogram"]:
        return f"Histogram in {len(bars)} bins; most values lie at {greatest.name}."
    return f"Most frequent: “{greatest.name[:40]}”, {greatest.percent:.0f} % of the rows."
