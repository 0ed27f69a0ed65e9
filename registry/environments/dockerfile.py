"""A Dockerfile that serves one version: packages as recorded, the model fetched and checked when the container starts.

Texts of people stand in JSON inside it, or not at all, so that no name can become an instruction.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.template.loader import render_to_string

from registry.environments import exports
from registry.environments.exports import Recorded

SCRIPT = Path(__file__).parent / "serving" / "serve.py.txt"
# Named so that no line of a requirements list or a script can end its part early.
ENDS = {"requirements": "END_OF_REQUIREMENTS", "plan": "END_OF_PLAN", "script": "END_OF_SCRIPT"}
NEWEST_PYTHON = "3"


@dataclass(frozen=True)
class ServedFile:
    """One file of the model: where it goes, where it is fetched, and what it has to be."""

    path: str
    address: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Served:
    """The version that a container serves."""

    name: str
    number: int
    format: str
    """`mlflow` for a whole folder, else a value of ArtifactFormat."""
    model: str
    """The path of the file that holds the model."""
    server: str
    files: Sequence[ServedFile]


def written(served: Served, environment: Recorded) -> str:
    """The Dockerfile."""
    plan = {
        "name": served.name,
        "number": served.number,
        "format": served.format,
        "model": served.model,
        "server": served.server,
        "files": [vars(file) for file in served.files],
    }
    return render_to_string(
        "registry/serving/Dockerfile.txt",
        {
            "python": exports.plain_python(environment.python_version) or NEWEST_PYTHON,
            "is_pinned": bool(exports.plain_python(environment.python_version)),
            "environment": environment.sha256,
            "requirements": exports.requirements(environment).rstrip("\n"),
            # In ASCII, one line: whatever a model is called cannot end this part of the file.
            "plan": json.dumps(plan, sort_keys=True),
            "script": SCRIPT.read_text().rstrip("\n"),
            "ends": ENDS,
        },
    )
