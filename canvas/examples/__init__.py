"""Worked examples: three complete plans that a project may start from, as data."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from canvas.blocks import BLOCKS
from canvas.exchange.document import FORMAT, VERSION, Document

FOLDER = Path(__file__).parent
KEYS = ("classification", "regression", "forecasting")


@dataclass(frozen=True)
class Example:
    """One worked example."""

    key: str
    title: str
    kind: str
    summary: str
    document: Document


def get(key: str) -> Example:
    """The example with this key; KeyError when there is none."""
    if key not in KEYS:
        raise KeyError(key)
    return _read(key)


def listed() -> list[Example]:
    """All examples, the most usual kind first."""
    return [get(key) for key in KEYS]


@cache
def _read(key: str) -> Example:
    said: dict[str, Any] = yaml.safe_load((FOLDER / f"{key}.yaml").read_text(encoding="utf-8"))
    blocks = said.pop("blocks")
    title, kind, summary = said.pop("title"), said.pop("kind"), said.pop("summary")
    revisions = [
        {"block": block.number, "number": 1, "answers": blocks[block.key], "summary": "From a worked example."}
        for block in BLOCKS
    ]
    document = {"format": FORMAT, "version": VERSION, "revisions": revisions} | said
    return Example(key, title, kind, summary, document)
