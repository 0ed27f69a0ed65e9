from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from data import parquet_files
from data.parquet_files import inspect_parquet, open_parquet
from data.tables import BadTable


def written(path: Path, table: pa.Table, **options: object) -> Path:
    parquet.write_table(table, path, **options)
    return path


def test_a_file_is_read_to_its_end(tmp_path: Path) -> None:
    facts = inspect_parquet(written(tmp_path / "a.parquet", pa.table({"a": range(50_000), "b": ["x"] * 50_000})))
    assert (facts.columns, facts.rows) == (("a", "b"), 50_000)


def test_a_footer_that_promises_too_much_is_refused_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.parquet", pa.table({"a": ["x" * 1000] * 1000}), use_dictionary=False)
    with open_parquet(path) as file:
        promised = file.metadata.row_group(0).total_byte_size
    assert promised > 10 * path.stat().st_size
    monkeypatch.setattr(parquet_files, "MAX_UNPACKED_BYTES", promised - 1)
    with pytest.raises(BadTable, match="unpacks to more than is accepted"):
        open_parquet(path)


def test_a_footer_that_promises_too_little_runs_into_the_memory_limit(tmp_path: Path) -> None:
    # One long value, said once, and a million references to it: the footer speaks of the one.
    one = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000_000, pa.int32()), pa.array(["x" * 2**20]))
    path = written(tmp_path / "a.parquet", pa.table({"a": one}), store_schema=False)
    with open_parquet(path) as file:
        assert file.metadata.row_group(0).total_byte_size < 4 * 2**20
    with pytest.raises(BadTable, match="unpacks to more than is accepted"):
        inspect_parquet(path, memory=800 * 2**20)


def test_damaged_values_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", pa.table({"a": list(range(5000))}))
    content = bytearray(path.read_bytes())
    content[40:400] = b"\xff" * 360
    path.write_bytes(bytes(content))
    with pytest.raises(BadTable, match="cannot be read"):
        inspect_parquet(path)


@pytest.mark.parametrize(
    ("column", "word"), [(pa.array([b"x"]), "binary"), (pa.array([{"a": 1}]), "nested"), (pa.array([[1]]), "nested")]
)
def test_columns_that_are_no_plain_values_are_named(column: pa.Array, word: str, tmp_path: Path) -> None:
    with pytest.raises(BadTable, match=f"“odd” .*{word}"):
        open_parquet(written(tmp_path / "a.parquet", pa.table({"odd": column})))
