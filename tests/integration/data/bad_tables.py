"""Files that are refused, each with words of the sentence that says what to do."""

import io

import pyarrow as pa
from pyarrow import parquet


def written(table: pa.Table) -> bytes:
    file = io.BytesIO()
    parquet.write_table(table, file)
    return file.getvalue()


def wide(columns: int) -> bytes:
    return ",".join(f"c{n}" for n in range(columns)).encode() + b"\n" + b",".join([b"1"] * columns) + b"\n"


# A few kilobytes that promise, and would unpack to, a hundred and twenty million rows.
BOMB = written(pa.table({"a": pa.nulls(120_000_000, pa.int8())}))

BAD_TABLES: dict[str, tuple[str, bytes, list[str]]] = {
    "empty": ("rows.csv", b"", ["The file is empty. Upload a file with column names"]),
    "only a header": ("rows.csv", b"a,b\n", ["no rows"]),
    "ragged": ("rows.csv", b'a,b\n1,"two\nlines"\n3\n', ["Line 4 has 1 value", "first line has 2"]),
    "an open quotation mark": ("rows.csv", b'a,b\n1,2\n3,"4\n5,6\n', ["begins on line 3", "not closed"]),
    "no encoding at all": ("rows.csv", b"a,b\n1,caf\xe9\x81\n", ["0xE9", "byte 9 ", "line 2", "CSV UTF-8"]),
    "a damaged byte": ("rows.csv", "a,b\n1,café été\n".encode() + b"2,caf\xe9\n", ["0xE9", "line 3", "CSV UTF-8"]),
    "UTF-16": ("rows.csv", "a,b\n1,2\n".encode("utf-16"), ["UTF-16", "CSV UTF-8"]),
    "NUL bytes": ("rows.csv", b"a,b\n1,\x002\n", ["NUL byte at byte 6", "line 2"]),
    "a spreadsheet": ("rows.csv", b"PK\x03\x04" + b"x" * 50, ["Excel workbook"]),
    "ragged with semicolons": ("rows.csv", b"a;b\n1;2\n3\n", ["Line 3 has 1 value", "first line has 2"]),
    "one cell of 10 MB": ("rows.csv", b"a,b\n1," + b"x" * 10_000_000 + b"\n", ["A line is longer than 2 MiB"]),
    "one quoted cell of 10 MB": ("rows.csv", b'a,b\n1,"' + b"line\n" * 2_000_000 + b'"\n', ["line 2", "too long"]),
    "a name twice": ("rows.csv", b"a,b,a\n1,2,3\n", ["more than one column"]),
    "no name": ("rows.csv", b",b\n1,2\n", ["Column 1 has no name", "index=False"]),
    "10,000 columns": ("rows.csv", wide(10_000), ["10,000 columns", "at most 9,999"]),
    "a Parquet bomb": ("rows.parquet", BOMB, ["120,000,000 rows", "at most 100,000,000"]),
    "half a Parquet file": ("rows.parquet", written(pa.table({"a": [1]}))[:-9], ["not a complete Parquet file"]),
    "nested Parquet": ("rows.parquet", written(pa.table({"a": [[1, 2]]})), ["nested", "columns of their own"]),
    "Parquet that is CSV": ("rows.parquet", b"a\n1\n", ["not a Parquet file"]),
}
