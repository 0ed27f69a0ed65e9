import io
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from data.frames import read_table_file
from data.tables import BadTable

TEXT = (
    "n,x,flag,day,at,zoned,country,note\n"
    "1,1.5,true,2024-02-29,2024-02-29 10:00,2024-02-29T10:00:00+02:00,NA,\n"
    "2,NA,FALSE,2024-03-01,2024-03-01 11:30:15,2024-03-01T00:00:00Z,BG,two words\n"
    "3,-2,True,,2024-03-02 00:00,2024-03-02T00:00:00Z,DE,\u00e9\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "rows.csv"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_values_come_with_the_types_they_look_like(path: Path) -> None:
    frame = read_table_file(path, "csv")
    assert frame["n"].dtype == np.int64
    assert frame["x"].dtype == np.float64
    assert frame["flag"].dtype == bool
    assert frame["n"].tolist() == [1, 2, 3]
    assert np.isnan(frame["x"][1])
    assert frame["flag"].tolist() == [True, False, True]
    assert frame["day"].isna().tolist() == [False, False, True]
    assert frame["day"][0] == pd.Timestamp(2024, 2, 29)
    assert frame["at"][1] == pd.Timestamp(2024, 3, 1, 11, 30, 15)
    assert frame["zoned"][0] == pd.Timestamp("2024-02-29T08:00:00Z")
    assert frame["country"].tolist() == ["NA", "BG", "DE"]
    assert frame["note"].isna().tolist() == [True, False, False]


def test_numbers_agree_with_an_independent_reader(tmp_path: Path) -> None:
    values = np.random.default_rng(7).normal(size=(500, 3)) * 10.0 ** np.arange(-5, 4, 4)
    written = pd.DataFrame(values, columns=["a", "b", "c"])
    path = tmp_path / "rows.csv"
    written.to_csv(path, index=False)
    expected = np.genfromtxt(io.StringIO(path.read_text()), delimiter=",", skip_header=1)
    np.testing.assert_array_equal(read_table_file(path, "csv").to_numpy(), expected)


def test_csv_and_parquet_give_the_same_frame(path: Path, tmp_path: Path) -> None:
    frame = read_table_file(path, "csv")
    copy = tmp_path / "rows.parquet"
    frame.to_parquet(copy)
    pd.testing.assert_frame_equal(read_table_file(copy, "parquet"), frame, check_dtype=False)


def test_every_plain_type_of_parquet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "odd.parquet"
    table = pa.table(
        {
            "with.dot": [1, 2],
            "nothing": pa.nulls(2),
            "price": [Decimal("1.5"), None],
            "huge": pa.array([2**64 - 1, 1], pa.uint64()),
            "category": pa.array(["x", "y"]).dictionary_encode(),
            "seen": pa.array([datetime(2024, 1, 1), None], pa.timestamp("us", "Europe/Sofia")),  # noqa: DTZ001
            "clock": pa.array([time(1, 2), None]),
            "view": pa.array(["q", None], pa.string_view()),
            "half": pa.array([1.5, None], pa.float16()),
        }
    )
    parquet.write_table(table, path)
    frame = read_table_file(path, "parquet")
    assert frame["with.dot"].tolist() == [1, 2]
    assert frame["nothing"].isna().all()
    assert frame["price"].dtype == frame["half"].dtype == np.float64
    assert frame["huge"].tolist() == ["18446744073709551615", "1"]
    assert frame["category"].tolist() == ["x", "y"]
    assert str(frame["seen"].dt.tz) == "UTC"
    assert frame["clock"][0].startswith("01:02:00")
    assert frame["view"][0] == "q"


def test_the_schema_decides_over_the_looks(path: Path) -> None:
    frame = read_table_file(path, "csv", ["n", "day"], types={"n": "string", "day": "string"})
    assert list(frame.columns) == ["n", "day"]
    assert frame["n"].tolist() == ["1", "2", "3"]


def test_columns_come_in_the_order_asked_for(path: Path) -> None:
    assert list(read_table_file(path, "csv", ["note", "n"]).columns) == ["note", "n"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [("integer", "whole numbers, yet one value is “NA|whole numbers, yet one value is “BG"), ("date", "dates")],
)
def test_values_that_contradict_the_schema_are_named(kind: str, words: str, path: Path) -> None:
    with pytest.raises(BadTable, match=f"the column “country” holds ({words})"):
        read_table_file(path, "csv", ["country"], types={"country": kind})


def test_a_column_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(BadTable, match="There is no column “outcome”"):
        read_table_file(path, "csv", ["n", "outcome"])
