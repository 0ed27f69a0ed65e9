"""Environments as files that install them again: requirements.txt for pip, environment.yaml for conda."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

import yaml
from packaging.requirements import InvalidRequirement, Requirement

from registry.environment_files import LOCAL, is_version

_PLAIN_PYTHON = re.compile(r"\d+(\.\d+){0,3}(?:(?:a|b|rc)\d+)?")


class Recorded(Protocol):
    """What an export needs of an environment."""

    sha256: Any
    python_version: Any
    packages: Any


def requirements(environment: Recorded) -> str:
    """The environment's packages as a requirements file, with a note above each that cannot simply be installed."""
    lines = [
        f"# Environment {environment.sha256}",
        f"# Python {one_line(environment.python_version) or 'not recorded'}",
    ]
    for package in environment.packages:
        line, note = requirement(package)
        lines += [f"# {note}"] * bool(note) + [line] * bool(line)
    return "\n".join(lines) + "\n"


def conda(environment: Recorded) -> str:
    """The environment as a conda file: Python from conda, the packages from pip, as they were installed."""
    lines = [line for line, _ in map(requirement, environment.packages) if line]
    python = plain_python(environment.python_version)
    value = {
        "name": f"tenet-{environment.sha256[:12]}",
        "dependencies": [f"python={python}" if python else "python", "pip", *([{"pip": lines}] if lines else [])],
    }
    head = f"# Environment {environment.sha256}\n"
    notes = "".join(f"# {note}\n" for _, note in map(requirement, environment.packages) if note)
    return head + notes + yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)


def requirement(package: Mapping[str, str]) -> tuple[str, str]:
    """A package as a line of a requirements file, and what has to be said about it."""
    name, source = package["name"], package.get("source", "")
    if source:
        line = f"{name} @ {'file:///' + name if source == LOCAL else source}"
        note = (
            f"{name} was installed from a local folder. Put it there, or take this line out." if source == LOCAL else ""
        )
    elif version := package.get("version"):
        line, note = f"{name}{'==' if is_version(version) else '==='}{version}", ""
    else:
        line, note = f"{name}{package.get('specifier', '')}", f"{name} was recorded without an exact version."
    # A line that no installer reads would hide what the record says: it becomes a remark instead.
    if not _is_requirement(line):
        return "", f"This package cannot be written as a requirement: {one_line(line)[:300]}"
    return line, one_line(note)


def plain_python(version: str) -> str:
    """The version of Python without anything around it; empty where the record does not say it plainly."""
    found = _PLAIN_PYTHON.match(version.strip())
    return found[0] if found else ""


def one_line(text: str) -> str:
    """A text that cannot end the line it stands in."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _is_requirement(line: str) -> bool:
    try:
        Requirement(line)
    except InvalidRequirement:
        return False
    return line == one_line(line)
