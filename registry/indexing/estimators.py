"""Reads which estimators a skops file holds from its schema, which is JSON: nothing of the model is loaded."""

import json
import zipfile
from pathlib import Path
from typing import Any

SCHEMA = "schema.json"
SIZE_LIMIT = 8 * 2**20
MOST_STEPS = 8
_PIPELINES = ("Pipeline",)


def read(path: Path) -> str:
    """The estimator's class, a pipeline's classes step by step; empty where the schema does not say."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(SCHEMA).file_size > SIZE_LIMIT:
                return ""
            root = json.loads(archive.read(SCHEMA))
        steps = _steps(root) if root.get("__class__") in _PIPELINES else []
        return " → ".join(steps[:MOST_STEPS]) or _class(root)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, zipfile.BadZipFile):
        # Whoever wrote the file chose its shape.
        return ""


def _steps(pipeline: dict[str, Any]) -> list[str]:
    steps = pipeline["content"]["content"]["steps"]["content"]
    named = [_class(step["content"][1]) for step in steps]
    return [name for name in named if name and name != "str"]


def _class(node: dict[str, Any]) -> str:
    name = node.get("__class__", "")
    return name if isinstance(name, str) and name.isidentifier() else ""
