"""Folders whose files may be read where they lie: named by the operator, and left by no path."""

import os
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings


class OutsideRoots(Exception):
    """The path is not a file inside a folder that the operator named; the message says so, for people."""


def is_local(uri: str) -> bool:
    """Whether an address means a file of this machine."""
    return uri.startswith("/") or uri[:5].lower() == "file:"


def split(uri: str) -> SplitResult | None:
    """The parts of an address; None for one that has none, such as http://[ with a bracket that is not closed."""
    try:
        return urlsplit(uri)
    except ValueError:
        return None


def allowed_path(uri: str) -> Path:
    """The real path of a file inside an allowed folder, with every link followed; raises OutsideRoots."""
    roots = [Path(root).resolve() for root in settings.DATA_ROOTS]
    if not roots:
        raise OutsideRoots(
            "Files of the server cannot be referred to, because the operator named no folder for it "
            "(TENET_DATA_ROOTS). Upload the file, or ask the operator."
        )
    text = uri
    if not uri.startswith("/"):
        parts = split(uri)
        if parts is None or parts.netloc not in ("", "localhost"):
            raise OutsideRoots("Write a file of the server as file:///folder/file or /folder/file.")
        text = unquote(parts.path)
    if "\0" in text:
        raise OutsideRoots("The path contains a NUL character.")
    # One sentence for a file outside and a file that is missing: the server's folders are nobody's business.
    refused = OutsideRoots(
        f"There is no file {text[:200]} inside a folder that may be referred to. These are: "
        f"{', '.join(map(str, settings.DATA_ROOTS))}."
    )
    try:
        path = Path(text).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        raise refused from None
    if not any(path.is_relative_to(root) for root in roots):
        raise refused
    if not path.is_file() or not os.access(path, os.R_OK):
        raise refused
    return path
