"""Rows held against a schema: every rule asked of every row, counted, with the first few rows named."""

import time
from pathlib import Path

import pandas as pd
import pytest

from data.checking import holding
from data.checking.consistency import contradictions
from data.checking.holding import MASK, hold
from data.checking.outcome import Outcome
from data.checking.patterns import BadPattern, check_pattern, from_search, whole
from data.inference import FieldDraft
from tests.factories.schemas import EVERYTHING, EVERYTHING_ROWS


def held(folder: Path, text: str | bytes, fields: list[FieldDraft]) -> Outcome:
    path = folder / "rows.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return hold(path, "csv", fields, path.read_text().splitlines()[0].split(","))


def told(outcome: Outcome) -> dict[tuple[str, str], tuple[int, list[tuple[int, str]]]]:
    return {
        (failure.column, failure.rule): (failure.count, [(e["row"], e["value"]) for e in failure.examples])
        for failure in outcome.failures
    }


def test_rows_that_obey_every_kind_of_rule_pass(tmp_path: Path) -> None:
    outcome = held(tmp_path, EVERYTHING_ROWS, EVERYTHING)
    assert (outcome.passed, outcome.rows, outcome.failures) == (True, 3, [])


def test_each_rule_names_its_rows_and_values(tmp_path: Path) -> None:
    text = (
        "id,site,age,weight,grade,room,smoker,seen_on,seen_at\n"
        "1,AB,41,70,low,1,true,2026-01-02,2026-01-02 10:00\n"
        "x,ab,121,0.1,none,3,maybe,2026-02-30,yesterday\n"
        "1,AB,-1,,low,1,,,\n"
        ",AB,,,low,1,,,\n"
    )
    found = told(held(tmp_path, text, EVERYTHING))
    assert found == {
        ("id", "type"): (1, [(2, "x")]),
        ("id", "not-empty"): (1, [(4, "")]),
        ("id + site", "key"): (1, [(3, "1, AB")]),
        ("site", "pattern"): (1, [(2, "ab")]),
        ("age", "maximum"): (1, [(2, MASK)]),
        ("age", "minimum"): (1, [(3, MASK)]),
        ("weight", "minimum"): (1, [(2, "0.1")]),
        ("grade", "allowed"): (1, [(2, "none")]),
        ("room", "allowed"): (1, [(2, "3")]),
        ("smoker", "type"): (1, [(2, "maybe")]),
        ("seen_on", "type"): (1, [(2, "2026-02-30")]),
        ("seen_at", "type"): (1, [(2, "yesterday")]),
    }


def test_counts_are_those_of_pandas_and_row_numbers_go_over_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "BATCH_ROWS", 100)
    frame = pd.DataFrame({"id": [n % 900 for n in range(1000)], "x": [n / 7 for n in range(1000)]})
    path = tmp_path / "rows.parquet"
    frame.to_parquet(path)
    fields = [
        FieldDraft("id", "integer", "nominal", is_key=True, is_nullable=False),
        FieldDraft("x", "number", "ratio", maximum=100),
    ]
    found = told(hold(path, "parquet", fields, ["id", "x"]))
    assert found["id", "key"][0] == int(frame["id"].duplicated().sum()) == 100
    assert [row for row, _ in found["id", "key"][1]] == [901, 902, 903, 904, 905]
    assert found["x", "maximum"][0] == int((frame["x"] > 100).sum())
    assert found["x", "maximum"][1][0][0] == int((frame["x"] > 100).idxmax()) + 1


def test_a_column_that_the_schema_describes_and_the_file_lacks(tmp_path: Path) -> None:
    found = told(held(tmp_path, "a\n1\n", [FieldDraft("a", "integer", "ratio"), FieldDraft("b", "string", "nominal")]))
    assert found == {("b", "missing"): (1, [])}


def test_a_part_of_a_key_may_come_twice_where_the_rest_is_missing(tmp_path: Path) -> None:
    key = {"is_key": True, "is_nullable": False}
    fields = [FieldDraft("id", "integer", "nominal", **key), FieldDraft("site", "string", "nominal", **key)]  # type: ignore[arg-type]
    assert told(held(tmp_path, "id\n1\n1\n", fields)) == {("site", "missing"): (2, [])}


def test_values_of_a_sensitive_key_are_hidden(tmp_path: Path) -> None:
    fields = [FieldDraft("mail", "string", "nominal", is_key=True, is_nullable=False, is_sensitive=True)]
    assert told(held(tmp_path, "mail\nada@x\nada@x\n", fields)) == {("mail", "key"): (1, [(2, MASK)])}


def test_a_pattern_that_explodes_elsewhere_takes_no_time_here(tmp_path: Path) -> None:
    fields = [FieldDraft("a", "string", "nominal", pattern="(a+)+(a+)+b")]
    begun = time.process_time()
    outcome = held(tmp_path, "a\n" + ("a" * 5000 + "\n") * 200, fields)
    assert outcome.failures[0].count == 200
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "(unclosed", "(((a{999}){999}){999})", "x" * 201])
def test_a_pattern_that_could_not_be_matched_is_refused_with_the_reason(pattern: str) -> None:
    with pytest.raises(BadPattern, match="pattern"):
        check_pattern(pattern)


@pytest.mark.parametrize(
    ("searched", "ours"),
    [("^[A-Z]+$", "[A-Z]+"), ("^(?:a|b)$", "a|b"), ("^a|b$", "(?s:.*)(?:^a|b$)(?s:.*)"), ("", "")],
)
def test_patterns_that_search_become_patterns_of_whole_texts(searched: str, ours: str) -> None:
    assert from_search(searched) == ours


def test_whole_and_search_are_each_others_way_back() -> None:
    assert from_search(whole("a|(b)c")) == "a|(b)c"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (FieldDraft("a", "string", "nominal", minimum=1), "which only numbers have"),
        (FieldDraft("a", "number", "ratio", minimum=2, maximum=1), "above its maximum"),
        (FieldDraft("a", "number", "ratio", maximum=float("inf")), "is not a number"),
        (FieldDraft("a", "integer", "nominal", allowed_values=["1", "x"]), "“x” of “a” is not a whole number"),
        (FieldDraft("a", "integer", "nominal", pattern="1+"), "which only text has"),
        (FieldDraft("a", "string", "nominal", pattern="("), "cannot be used"),
    ],
)
def test_a_description_that_contradicts_itself_is_said(field: FieldDraft, said: str) -> None:
    assert said in contradictions([field])[0]
