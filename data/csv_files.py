"""Reading CSV: the whole file is checked in a stream, so that memory stays small however large it is."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn, TextIO

import pyarrow as pa
from pyarrow import csv as arrow_csv

from data.tables import CSV, MAX_ROWS, BadTable, TableFacts, check_columns, check_rows

CHUNK = 2**20
# No row may be longer than this. Arrow reads up to 32 blocks ahead of us, so it also bounds the memory we take.
BLOCK = 2 * 2**20
# What a text editor or a spreadsheet calls the encoding that we ask for.
ADVICE = "Save it as “CSV UTF-8” and upload it again."
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotUtf8(BadTable):
    """A byte of the file is not UTF-8."""


class OtherSeparator(BadTable):
    """Something else than commas stands between the columns; `separator` is that sign."""

    def __init__(self, message: str, separator: str) -> None:
        super().__init__(message)
        self.separator = separator


def inspect_csv(path: Path) -> TableFacts:
    """The facts of a CSV file, having read all of it; raises BadTable."""
    quotes = _check_text(path)
    columns = read_header(path)
    check_columns(columns)
    # An odd number of quotation marks is either an inch sign or one that was never closed, which swallows rows.
    if quotes % 2:
        _find_fault(path, len(columns))
    rows = _count_rows(path, columns)
    check_rows(rows)
    return TableFacts(CSV, tuple(columns), rows)


def read_header(path: Path) -> list[str]:
    """The column names of a CSV file; raises BadTable."""
    try:
        with _open_text(path) as text:
            header = next((row for row in csv.reader(_lines(text)) if row), [])
    except csv.Error as error:
        raise BadTable(f"The first line cannot be read: {error}. Put the column names there.") from error
    if not header:
        raise BadTable("The file is empty. Upload a file with column names and rows.")
    if len(header) == 1 and (separator := next((sign for sign in ";\t|" if sign in header[0]), "")):
        name = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}[separator]
        raise OtherSeparator(
            f"The columns seem to be separated by {name}. Save the file with commas between the columns.", separator
        )
    return header


def text_batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The named columns of a checked file as text, a block at a time."""
    options = arrow_csv.ConvertOptions(
        include_columns=list(columns), column_types={name: pa.string() for name in columns}, strings_can_be_null=False
    )
    with _open_stream(path, options) as reader:
        yield from reader


def parsing() -> arrow_csv.ParseOptions:
    """How we parse every CSV: cells may contain line breaks if they are quoted."""
    return arrow_csv.ParseOptions(newlines_in_values=True)


def _check_text(path: Path) -> int:
    """Refuse what is no UTF-8 text, and count its quotation marks."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = lines = quotes = 0
    with path.open("rb") as file:
        start = file.read(4)
        if not start:
            raise BadTable("The file is empty. Upload a file with column names and rows.")
        _check_start(start)
        file.seek(0)
        while chunk := file.read(CHUNK):
            if (at := chunk.find(b"\0")) >= 0:
                _refuse_nul(offset + at, lines + chunk.count(b"\n", 0, at))
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                at = max(error.start - pending, 0)
                _refuse_byte(
                    offset + error.start - pending, lines + chunk.count(b"\n", 0, at), error.object[error.start]
                )
            offset += len(chunk)
            lines += chunk.count(b"\n")
            quotes += chunk.count(b'"')
    if cut := len(decoder.getstate()[0]):
        raise BadTable(
            f"The file ends in the middle of the character that begins at byte {offset - cut:,}. "
            "Upload the complete file."
        )
    return quotes


def _check_start(start: bytes) -> None:
    if start.startswith(_UTF16_MARKS):
        raise BadTable(f"The file is written in UTF-16 (it says so at byte 0); UTF-8 is accepted. {ADVICE}")
    if start.startswith(b"PK\x03\x04"):
        raise BadTable("This is an Excel workbook or a ZIP archive. Save the sheet as “CSV UTF-8”, or unpack the file.")
    if start.startswith((b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd", b"\xfd7zX")):
        raise BadTable("The file is compressed. Unpack it, and upload the CSV or Parquet file itself.")


def _refuse_nul(offset: int, lines: int) -> NoReturn:
    raise BadTable(
        f"There is a NUL byte at byte {offset:,} (line {lines + 1:,}): "
        f"the file is either not text or written in UTF-16. {ADVICE}"
    )


def _refuse_byte(offset: int, lines: int, byte: int) -> NoReturn:
    raise NotUtf8(
        f"The byte 0x{byte:02X} at byte {offset:,} (line {lines + 1:,}) is not UTF-8: "
        f"the file is probably written in an older encoding such as Windows-1252. {ADVICE}"
    )


def _count_rows(path: Path, columns: Sequence[str]) -> int:
    # Parsing finds ragged rows in every column; converting one of them to text is enough to count.
    options = arrow_csv.ConvertOptions(
        include_columns=[columns[0]], column_types={columns[0]: pa.string()}, check_utf8=False
    )
    rows = 0
    try:
        with _open_stream(path, options) as reader:
            for batch in reader:
                rows += batch.num_rows
                if rows > MAX_ROWS:
                    break
    except pa.ArrowInvalid as error:
        if "Empty CSV file" in str(error):
            return 0
        _find_fault(path, len(columns))
        raise BadTable(f"The file cannot be read as CSV: {error}. Check it, and upload it again.") from error
    return rows


def _find_fault(path: Path, width: int) -> None:
    """Raise BadTable naming the first line that is wrong; slow, so only after something was."""
    line = 1
    with _open_text(path) as text:
        reader = csv.reader(_lines(text), strict=True)
        try:
            for row in reader:
                if row and len(row) != width:
                    raise BadTable(
                        f"Line {line:,} has {_cells(len(row))} where the first line has {width:,}. "
                        "Check for a missing comma, or a comma inside a value that is not in quotation marks."
                    )
                line = reader.line_num + 1
        except csv.Error as error:
            if "limit" in str(error):
                raise BadTable(f"The row that begins on line {line:,} has a cell that is too long.") from error
            raise BadTable(
                f"The row that begins on line {line:,} has a quotation mark that is not closed. "
                "Close it, or write two quotation marks where one is meant."
            ) from error


def _cells(count: int) -> str:
    return "1 value" if count == 1 else f"{count:,} values"


def _open_stream(path: Path, options: arrow_csv.ConvertOptions) -> arrow_csv.CSVStreamingReader:
    # One thread: with more, arrow reads ahead by as many blocks as it has threads.
    reading = arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK)
    return arrow_csv.open_csv(path, read_options=reading, parse_options=parsing(), convert_options=options)


def _open_text(path: Path) -> TextIO:
    return path.open(encoding="utf-8-sig", newline="")


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(BLOCK):
        if len(line) == BLOCK:
            raise BadTable(
                f"A line is longer than {BLOCK // 2**20} MiB. Check that the file has line breaks between its rows."
            )
        yield line
