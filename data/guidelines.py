"""Guideline files: what labelers were told, kept under its SHA-256 and only ever handed out as a download."""

import codecs
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from data import storage
from data.tables import BadFileName, check_file_name

MOST_BYTES = 20 * 2**20
ENDINGS = (".pdf", ".txt", ".md", ".docx", ".html")


class Refused(Exception):
    """The file is no guideline; the message says why and what to do, for people."""


@dataclass(frozen=True)
class Sent:
    """A guideline file as it arrived."""

    file: BinaryIO | Iterable[bytes]
    file_name: str


@dataclass(frozen=True)
class Kept:
    """A guideline file in the storage."""

    file_name: str
    sha256: str


def keep(sent: Sent) -> Kept:
    """Store a guideline file once its content is what its name says; raises Refused, and stores nothing then."""
    try:
        name = check_file_name(sent.file_name)
        if (ending := Path(name).suffix.lower()) not in ENDINGS:
            raise Refused(f"A guideline is a PDF, Word, Markdown, HTML or text file. Save it as one of {_listed()}.")
        with storage.receive(sent.file, limit=MOST_BYTES) as received:
            if not received.size:
                raise Refused("The guideline file is empty. Choose the file that holds the guideline.")
            _check_content(received.path, ending)
            return Kept(name, received.keep().sha256)
    except (BadFileName, storage.TooLarge) as reason:
        raise Refused(str(reason)) from reason


def _check_content(path: Path, ending: str) -> None:
    if ending == ".pdf":
        with path.open("rb") as file:
            if not file.read(5) == b"%PDF-":
                raise Refused("The file is named .pdf, yet it is not a PDF. Save it as one again.")
    elif ending == ".docx":
        if not _is_word(path):
            raise Refused("The file is named .docx, yet it is not a Word document. Save it as one again.")
    elif not _is_text(path):
        raise Refused(f"The file is named {ending}, yet it is not text in UTF-8. Save it as UTF-8 text again.")


def _is_word(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def _is_text(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(storage.CHUNK):
                if b"\0" in chunk:
                    return False
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _listed() -> str:
    return f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
