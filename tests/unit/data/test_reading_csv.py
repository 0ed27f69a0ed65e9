import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.csv_files import inspect_csv
from data.tables import BadTable

ROOT = Path(__file__).resolve().parents[3]
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12)


def inspected(folder: Path, content: bytes) -> tuple[tuple[str, ...], int]:
    path = folder / "table.csv"
    path.write_bytes(content)
    facts = inspect_csv(path)
    return facts.columns, facts.rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=20))
def test_whatever_the_csv_module_writes_is_counted_as_it_wrote_it(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([("first", "second"), *rows])
    assert inspected(tmp_path, text.getvalue().encode()) == (("first", "second"), len(rows))


def test_a_wrong_byte_is_found_where_it_is_even_across_blocks(tmp_path: Path) -> None:
    # The first byte of a two-byte character ends the first mebibyte; the second byte is wrong.
    start = b"a\n" + b"x" * (2**20 - 4) + b"\n"
    assert len(start) == 2**20 - 1
    with pytest.raises(BadTable, match=r"0xC3 at byte 1,048,575 \(line 3\)"):
        inspected(tmp_path, start + b"\xc3" + b"(\n")


def test_a_file_cut_in_the_middle_of_a_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="ends in the middle of the character that begins at byte 7"):
        inspected(tmp_path, "a\nxxxxx…".encode()[:-1])


def test_an_inch_sign_is_no_open_quotation_mark(tmp_path: Path) -> None:
    assert inspected(tmp_path, b'screen,price\n27" wide,200\n') == (("screen", "price"), 1)


def test_a_file_without_line_breaks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="A line is longer than 2 MiB"):
        inspected(tmp_path, b"x" * (3 * 2**20))


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    assert inspected(tmp_path, b"\na,b\n\n1,2\n\n\n3,4\n\n")[1] == 2


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    """Sixty megabytes pass through; the process grows by far less."""
    path = tmp_path / "large.csv"
    block = b"".join(b"%d,%d.5,some words\n" % (n, n) for n in range(20_000))
    with path.open("wb") as file:
        file.write(b"a,b,c\n")
        while file.tell() < 60_000_000:
            file.write(block)
    rows = (path.stat().st_size - len(b"a,b,c\n")) // len(block) * 20_000
    # A small block makes a small file show what the product's block does for a large one.
    program = (
        "import resource, sys; from pathlib import Path; from data import csv_files; csv_files.BLOCK = 2**17\n"
        "small = Path(sys.argv[2]); small.write_text('a\\n1\\n'); csv_files.inspect_csv(small)\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = used(); facts = csv_files.inspect_csv(Path(sys.argv[1])); print(facts.rows, used() - before)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(path), str(tmp_path / "small.csv")],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    counted, grown_kib = map(int, answer.stdout.split())
    assert counted == rows
    assert grown_kib < 30 * 1024
