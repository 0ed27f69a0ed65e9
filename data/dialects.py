"""CSV that is not UTF-8 with commas: recognised, and copied into what everything else here reads."""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.csv_files import CHUNK, NotUtf8, OtherSeparator
from data.inspection import inspect
from data.tables import BadTable, TableFacts

WINDOWS = "cp1252"
_NAMES = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")


@contextmanager
def readable(path: Path, *, name: str) -> Iterator[tuple[Path, TableFacts, str]]:
    """A file that can be read as a table, its facts, and how the original is written where that differs.

    The path is that of the file itself, or of a temporary copy in UTF-8 with commas. Raises BadTable.
    """
    copy = path.with_name(f"{path.name}.plain")
    encoding, separator = "utf-8-sig", ","
    source = path
    try:
        # Each round finds one thing that is unlike what we read, and mends it.
        while True:
            try:
                facts = inspect(source, name=name)
                break
            except NotUtf8:
                if encoding == WINDOWS or not _is_windows(path):
                    raise
                encoding = WINDOWS
            except OtherSeparator as other:
                if separator != ",":
                    raise
                separator = other.separator
            _copy(path, copy, encoding=encoding, separator=separator)
            source = copy
        yield source, facts, _in_words(encoding, separator)
    finally:
        copy.unlink(missing_ok=True)


def _is_windows(path: Path) -> bool:
    """Whether the bytes are text in Windows-1252, and not UTF-8 with a damaged place."""
    whole = broken = 0
    decoder = codecs.getincrementaldecoder(WINDOWS)()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return False
            for high in _HIGH.findall(chunk):
                pairs = len(_MULTIBYTE.findall(high))
                whole += pairs
                broken += not pairs
    return broken > whole


def _copy(path: Path, copy: Path, *, encoding: str, separator: str) -> None:
    with path.open(encoding=encoding, newline="") as source, copy.open("w", encoding="utf-8", newline="") as target:
        if separator == ",":
            while text := source.read(CHUNK):
                target.write(text)
            return
        rows = csv.reader(source, delimiter=separator, strict=True)
        try:
            csv.writer(target, lineterminator="\n").writerows(rows)
        except csv.Error as error:
            raise BadTable(
                f"Line {rows.line_num:,} cannot be read: {error}. Check its quotation marks, and upload the file again."
            ) from error


def _in_words(encoding: str, separator: str) -> str:
    said = ["in Windows-1252"] if encoding == WINDOWS else []
    said += [f"with {_NAMES[separator]} between the columns"] if separator != "," else []
    return " ".join(said)
